"""Components that run in the browser: stage, panels, diagram, chart, sliders, drawing, live curves, results.

Each is a pair: a typed Python function here, which takes plain values and translated labels, and
modules in ``browser/``, which draw them. Pointing, stepping and zooming never ask the server; an
edited number, a slider and a stroke do.
"""

from cnnviz.components.advice import AdviceLabels, Said, advice
from cnnviz.components.builder import BuilderLabels, Chosen, Entry, Piece, builder
from cnnviz.components.chart import ChartData, ChartLabels, Mark, chart
from cnnviz.components.code import CodeLabels, code
from cnnviz.components.confusion import ConfusionLabels, confusion
from cnnviz.components.curves import Clock, Curve, CurveMark, CurvesLabels, Plot, curves
from cnnviz.components.diagram import Box, DiagramLabels, diagram
from cnnviz.components.drawing import Drawing, DrawingLabels, Prediction, drawing
from cnnviz.components.findings import Fact, Finding, FindingsLabels, findings
from cnnviz.components.panels import Link, Panel, PanelsLabels, cell_by_cell, from_all, panels
from cnnviz.components.rows import LayerRow, Problem, RowsLabels, rows
from cnnviz.components.scrubber import Followed, Kernels, ScrubberLabels, scrubber
from cnnviz.components.sliders import Slider, SlidersLabels, sliders
from cnnviz.components.stage import Edit, Grid, StageData, StageLabels, Tensor, View, stage
from cnnviz.components.thumbnails import Pictures, Thumbnail, ThumbnailsLabels, thumbnails
from cnnviz.components.watching import Answers, FirstKernels, Strip, WatchingLabels, watching

__all__ = [
    "AdviceLabels",
    "Answers",
    "Box",
    "BuilderLabels",
    "ChartData",
    "ChartLabels",
    "Chosen",
    "Clock",
    "CodeLabels",
    "ConfusionLabels",
    "Curve",
    "CurveMark",
    "CurvesLabels",
    "DiagramLabels",
    "Drawing",
    "DrawingLabels",
    "Edit",
    "Entry",
    "Fact",
    "Finding",
    "FindingsLabels",
    "FirstKernels",
    "Followed",
    "Grid",
    "Kernels",
    "LayerRow",
    "Link",
    "Mark",
    "Panel",
    "PanelsLabels",
    "Pictures",
    "Piece",
    "Plot",
    "Prediction",
    "Problem",
    "RowsLabels",
    "Said",
    "ScrubberLabels",
    "Slider",
    "SlidersLabels",
    "StageData",
    "StageLabels",
    "Strip",
    "Tensor",
    "Thumbnail",
    "ThumbnailsLabels",
    "View",
    "WatchingLabels",
    "advice",
    "builder",
    "cell_by_cell",
    "chart",
    "code",
    "confusion",
    "curves",
    "diagram",
    "drawing",
    "findings",
    "from_all",
    "panels",
    "rows",
    "scrubber",
    "sliders",
    "stage",
    "thumbnails",
    "watching",
]
