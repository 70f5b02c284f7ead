"""What the panels of a page were given."""

import json

import numpy as np


def row(app, name):
    """Return the panels of a row by their names: each a matrix."""
    for element in app.get("bidi_component"):
        data = json.loads(element.proto.json)
        if "panels" in data and data["name"] == name:
            return {
                each["name"]: np.array(each["grid"]["values"], dtype=float).reshape(each["grid"]["rows"], -1)
                for each in data["panels"]
            }
    raise AssertionError(f"no row of panels is called {name}")


def picture(panels, name):
    """Return the channels of a picture, (C, H, W)."""
    return np.stack([panels[f"{name}{c}"] for c in range(len(panels)) if f"{name}{c}" in panels])


def facts(app):
    """Return the metrics of a page by their labels."""
    return {metric.label: metric.value for metric in app.metric}
