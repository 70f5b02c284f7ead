"""Components that run in the browser: the convolution stage, the drawing, the live curves.

Each is a pair: a typed Python function here, which takes plain values and translated labels, and
modules in ``browser/``, which draw them. Pointing, stepping and zooming never ask the server; an
edited kernel value and a stroke do.
"""

from cnnviz.components.curves import CurvesData, CurvesLabels, Series, curves
from cnnviz.components.drawing import Drawing, DrawingLabels, Prediction, drawing
from cnnviz.components.stage import Grid, StageData, StageLabels, stage

__all__ = [
    "CurvesData",
    "CurvesLabels",
    "Drawing",
    "DrawingLabels",
    "Grid",
    "Prediction",
    "Series",
    "StageData",
    "StageLabels",
    "curves",
    "drawing",
    "stage",
]
