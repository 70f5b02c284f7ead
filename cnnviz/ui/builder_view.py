"""What the builder's page shows: the way in, figures and problems, the diagram, the side panel, code and table."""

from dataclasses import replace

import streamlit as st

from cnnviz import components, zoo
from cnnviz.components import Chosen, Fact, Finding, Piece, builder, diagram, findings
from cnnviz.diagnosis import Problem
from cnnviz.shapes import reached, say
from cnnviz.shapes.memory import memory
from cnnviz.spec import Branches, Chain, Network, Node, tree
from cnnviz.spec.code import line
from cnnviz.ui import builder as built
from cnnviz.ui import (
    builder_form,
    builder_labels,
    builder_palette,
    builder_steps,
    cache,
    fields,
    labels,
    network,
    network_files,
    reasons,
    shell,
    state,
    tables,
    warm,
)
from cnnviz.ui import diagram as drawn
from cnnviz.ui.builder_history import History, Step
from cnnviz.ui.i18n import _, current

GROUP = "build"
"""Diagram, panel, table and code of the network that is built follow one another's choice."""

# The panel stays in view beside a tall picture.
STYLE = """<style>
@media (min-width: 641px) {
  [data-testid="stColumn"]:has(.st-key-build_side) { position: sticky; top: 3.9rem; align-self: flex-start; }
  .st-key-build_side { max-height: calc(100vh - 4.4rem); overflow-y: auto; padding: 3px 3px 8px; margin: -3px; scrollbar-width: thin; }
}
</style>"""

LONG = 100
"""Layers above which the code is written only when somebody wants it: it costs half of the time of a change."""

QUICK = ("small", "lenet", "tiny_vgg")
"""What an empty network offers to start from."""


def ways_in(now: History) -> None:
    """Show where to begin, where the network is kept, and where to go with it."""
    with st.container(horizontal=True, vertical_alignment="center", key="build_ways"):
        st.selectbox(
            _("Start from"), [*built.STARTS, *zoo.ZOO], placeholder=_("Start from: empty, or any documented network"),
            label_visibility="collapsed", width=360, format_func=_start_title, **state.widget(fields.BUILD_START, _start),
        )  # fmt: skip
        net = now.present.network
        fits = reached(net).error is None and bool(net.body.items)
        file = st.popover(_("File"), icon=":material/description:", key="build_file", on_change="rerun")
        if file.open:
            with file:
                network_files.save(net, fits)
                network.upload()
        if st.button(_("Open on the Networks page"), icon=":material/account_tree:", key="widget:build_networks", disabled=not net.body.items):  # fmt: skip
            _go("networks")
        broken = any(each.severity == "error" for each in built.problems(net, built.classes()))
        if st.button(_("Train this network"), icon=":material/model_training:", type="primary", key="widget:build_train", disabled=not fits or broken, help=_("Possible once all layers fit, and the last gives one score for each class.") if not fits or broken else None):  # fmt: skip
            if state.get(fields.BUILD_DATASET) != "own":
                state.put(fields.DATASET, state.get(fields.BUILD_DATASET))
            _go("train")


def _go(page: str) -> None:
    state.put(fields.NETWORK, network.OWN)
    st.switch_page(shell.page(page))


def _start() -> None:
    if what := state.get(fields.BUILD_START):
        built.start(what)
    state.put(fields.BUILD_START, None)


def _start_title(name: str) -> str:
    return _(built.STARTS[name]) if name in built.STARTS else zoo.ZOO[name].title


def found(now: History) -> None:
    """Show the figures of the network, and what is wrong with it."""
    net = now.present.network
    problems = built.problems(net, built.classes())
    empty = not net.body.items
    findings(
        _facts(net), [_finding(net, each) for each in problems], builder_labels.findings(), "build_findings",
        handled=state.get(fields.BUILD_MENDED), version=now.version,
        fine="" if empty or reached(net).error else _fine(net),
        starts=[(name, _start_title(name)) for name in QUICK] if empty else (),
        welcome=_("Nothing happens to the picture yet. Put in a first layer at the side, such as `Conv2d`, or start from a network and change it:") if empty else "",
        on_ask=built.mending,
    )  # fmt: skip


def _fine(net: Network) -> str:
    output = reached(net).rows[-1].output_shape
    if output == (built.classes(),):
        return _("Everything fits: a picture of {input} becomes {count} scores, one for each class.").format(
            input=say(net.input_shape), count=output[0]
        )
    return _("So far everything fits: {input} becomes {output}.").format(
        input=say(net.input_shape), output=say(output)
    )


def _facts(net: Network) -> list[Fact]:
    known = reached(net)
    rows = known.rows
    if not rows and not known.error:
        return [Fact(_("Input"), say(net.input_shape))]
    output = "–" if known.error else say(rows[-1].output_shape if rows else net.input_shape)
    batch, optimizer = state.get(fields.MEMORY_BATCH), state.get(fields.MEMORY_OPTIMIZER)
    needed = "–" if known.error else tables.size(memory(net, batch, optimizer=optimizer).total)
    about = _("For the layers up to the one that does not fit.") if known.error else ""
    return [
        Fact(_("Input"), say(net.input_shape)),
        Fact(_("Output"), output),
        Fact(_("Parameters"), f"{sum(row.params for row in rows):,}", about),
        Fact(_("Multiply-adds"), f"{sum(row.macs for row in rows):,}", about or _("For one picture, convolution and linear layers; the bias is not counted.")),
        Fact(
            _("Memory to train (batch {batch})").format(batch=batch), needed,
            _("With {batch} pictures at once and the optimizer {optimizer}: weights, gradients, the optimizer's numbers and what the backward pass needs.").format(batch=batch, optimizer=optimizer),
        ),
    ]  # fmt: skip


def _finding(net: Network, problem: Problem) -> Finding:
    language = current()
    name = builder_steps.name_of(problem.path) if problem.path else ""
    titles = tuple(fix.title.say(language) for fix in problem.fixes)
    # A network whose layers fit is not broken because its end is still missing.
    unfinished = problem.severity == "error" and reached(net).error is None
    severity = "todo" if unfinished else problem.severity
    return Finding(problem.path, name, severity, problem.reason.say(language), titles)


def picture(now: History) -> None:
    """Show the diagram; what is chosen there is heard by the side panel in the browser."""
    if now.present.network.body.items:
        diagram(
            drawn.boxes(now.present.network),
            labels.diagram(),
            "build",
            group=GROUP,
            selected=built.selected(),
        )


def panel(now: History) -> None:
    """Show the side panel."""
    net, path = now.present.network, built.selected()
    wrong = built.refused(net, path)
    refused = replace(_finding(net, wrong), severity="error") if wrong else None
    error = reached(net).error
    notice = state.get(fields.BUILD_NOTICE)
    builder(
        _chosen(net, path), _palette(), builder_labels.panel(), "build_panel",
        handled=state.get(fields.BUILD_ASKED), group=GROUP, undo=_said(now.undoable), redo=_said(now.redoable),
        fit=state.get(fields.BUILD_FIT), broken=builder_steps.name_of(error.place) if error else "", refused=refused,
        notice=notice.say(current()) if notice else "", on_ask=built.asked,
    )  # fmt: skip


def _said(step: Step | None) -> str:
    return step.title.say(current()).replace("`", "") if step else ""


def _palette() -> list[tuple[str, list[Piece]]]:
    return [
        (
            _(title),
            [
                Piece(each.name, _(each.title) if each.kind == "block" else each.title, each.kind)
                for each in pieces
            ],
        )
        for title, pieces in builder_palette.GROUPS
    ]


def _chosen(net: Network, path: str) -> Chosen:
    node = tree.node_at(net, path)
    parts = path.split(".") if path else []
    above = [".".join(parts[:count]) for count in range(len(parts))]
    layer = None if isinstance(node, Chain | Branches) else node
    return Chosen(
        path, builder_steps.name_of(path) or net.name, _word(node, path), drawn.kind(layer) if layer else "",
        _shapes(net, path), line(layer) if layer else "",
        tuple((each, builder_steps.name_of(each) or net.name) for each in above),
        builder_form.entries(net, path, built.typed(path)),
        tuple((each, builder_labels.where(each, node, whole=not path)) for each in builder_steps.wheres(net, path)),
        tuple(builder_steps.ways(net, path)),
    )  # fmt: skip


def _word(node: Node, path: str) -> str:
    match node:
        case Branches(block=block, merge=merge):
            return block or merge
        case Chain(block=block):
            return block or (_("Block") if path else _("Network"))
        case _:
            return type(node).__name__


def _shapes(net: Network, path: str) -> str:
    """What goes in and comes out, as far as it is known."""
    if not path:
        return ""
    rows = [row for row in reached(net).rows if row.path == path or row.path.startswith(f"{path}.")]
    if not rows:
        return ""
    node = tree.node_at(net, path)
    if isinstance(node, Branches) and rows[-1].path != path:
        return say(rows[0].input_shape)
    return f"{say(rows[0].input_shape)} → {say(rows[-1].output_shape)}"


def more(now: History) -> None:
    """Show the code and the table of the network; only what is looked at is made."""
    net = now.present.network
    if not net.body.items:
        return
    code_tab, table_tab = st.tabs([_("PyTorch code"), _("Layers")], key="build_tabs", on_change="rerun")
    if code_tab.open:
        with code_tab:
            _code(net)
    if table_tab.open:
        with table_tab:
            known = reached(net)
            problem = reasons.row(net, known.error) if known.error else None
            components.rows(
                tables.layers(net, known.rows), labels.rows(), "build", name=net.name, group=GROUP,
                selected=built.selected(), problem=problem,
            )  # fmt: skip


def _code(net: Network) -> None:
    if reached(net).error:
        st.info(_("The code appears as soon as all layers fit together."), icon=":material/code:")
        return
    count = len(reached(net).rows)
    if count > LONG and not state.get(fields.BUILD_LONG_CODE):
        st.button(
            _("Show the code of all {count} layers").format(count=count), icon=":material/code:",
            key="widget:build_long_code", on_click=state.put, args=(fields.BUILD_LONG_CODE, True),
        )  # fmt: skip
        return
    warm.wait()
    source = cache.source(net)
    components.code(
        source.text,
        source.lines,
        labels.code(),
        "build",
        name=net.name,
        group=GROUP,
        selected=built.selected(),
    )
