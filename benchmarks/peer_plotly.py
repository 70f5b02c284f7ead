"""The peer of ``pointer.py``: the same convolution as a page of ready-made Streamlit parts, three plotly heatmaps."""

import plotly.graph_objects as go
import streamlit as st

from cnnviz.data import images
from cnnviz.ops import kernels, samples
from cnnviz.ops.convolution import convolve
from cnnviz.ops.windows import convolution_axis

st.set_page_config(layout="wide")
name = st.query_params.get("input", "counting")
if name == "counting":
    x = samples.counting()
elif name == "digit":
    x = images.digit(7).astype("float64")
else:
    x = images.shrink(
        images.to_grey(images.coloured("flower")), int(st.query_params.get("side", "64"))
    ).astype("float64")

controls, picture = st.columns([1, 2.6], gap="large")
with controls:
    padding = st.slider("Padding (each side)", 0, 8, 0, key="padding")
    side = st.slider("Kernel", 1, 11, 3 if name != "counting" else 2, key="kernel")
    stride = st.slider("Stride", 1, 8, 1, key="stride")
weights = kernels.sobel_x(side, side)
rows, cols = (convolution_axis(size, side, stride, (padding, padding)) for size in x.shape)
out = convolve(x[None], weights[None, None], rows, cols)[0]
with picture:
    for column, title, grid in zip(
        st.columns(3), ("Input", "Kernel", "Output"), (x, weights, out), strict=True
    ):
        figure = go.Figure(
            go.Heatmap(
                z=grid, colorscale="RdBu", zmid=0, texttemplate="%{z:.3g}" if grid.size <= 900 else None
            )
        )
        figure.update_yaxes(autorange="reversed", scaleanchor="x")
        figure.update_layout(
            title=f"{title} {grid.shape[0]}x{grid.shape[1]}",
            height=420,
            margin={"l": 0, "r": 0, "t": 40, "b": 0},
        )
        column.plotly_chart(figure, key=title, config={"displayModeBar": False})
