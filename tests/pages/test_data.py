"""The Data page: every view of every kind of data set, uploads, and what cannot be."""

import io
import re
import zipfile

import pytest
from PIL import Image

from cnnviz.data import catalog
from cnnviz.ui import fields
from tests.pages.conftest import components, go, texts


def packed(**counts):
    """Return a zip file with so many pictures of each class."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for label, (name, count) in enumerate(counts.items()):
            for number in range(count):
                picture = io.BytesIO()
                Image.new("RGB", (20 + number, 30), (80 * label, 9 * number, 200)).save(picture, "PNG")
                file.writestr(f"pets/{name}/{number}.png", picture.getvalue())
    return out.getvalue()


def grid(app):
    """Return the texts of the pictures that are shown."""
    return re.findall(r'alt="([^"]*)"', "".join(each.value for each in app.get("html")))


def upload(app, content, name="pets.zip"):
    return app.get("file_uploader")[0].upload(name, content, "application/zip").run()


@pytest.mark.parametrize(
    ("view", "network"),
    [*((view, "lenet") for view in fields.DATA_VIEWS), ("augment", "resnet18"), ("input", "tiny_vgg")],
)
def test_every_view_opens(open_page, view, network):
    app = open_page("data", view=view, network=network)
    assert not app.error
    assert {metric.label: metric.value for metric in app.metric}["To train"] == "1,438"


def test_samples_are_of_the_class_that_is_chosen_and_another_handful_is_another(open_page, app):
    open_page("data")
    everything = grid(app)
    assert len(everything) == 100
    assert everything[0].startswith("0, picture ")
    assert everything[-1].startswith("9, picture ")
    app.selectbox(key="widget:data_class").set_value(3).run()
    threes = grid(app)
    assert len(threes) == 60
    assert all(each.startswith("3, picture ") for each in threes)
    app.button(key="widget:data_handful_next").click().run()
    assert grid(app) != threes
    assert not app.exception


def test_the_split_follows_fraction_and_seed_and_the_training_gets_them(open_page, app):
    open_page("data", view="classes")
    app.number_input(key="widget:validation_fraction").set_value(0.5).run()
    app.number_input(key="widget:seed").set_value(7).run()
    facts = {metric.label: metric.value for metric in app.metric}
    assert (facts["Training"], facts["Validation"], facts["Test"]) == ("719", "719", "359")
    (chart,) = components(app, "series")
    assert [sum(series["y"]) for series in chart["series"]] == [719, 719, 359]
    link = app.query_params
    assert (link["view"], link["validation"], link["seed"]) == ("classes", "0.5", "7")
    go(app, "train")
    assert app.session_state["validation_fraction"] == 0.5
    assert app.number_input(key="widget:seed").value == 7


def test_mean_and_deviation_stand_in_torchvision_s_line(open_page):
    app = open_page("data", view="pixels")
    assert re.fullmatch(r"transforms\.Normalize\(\(0\.\d{4},\), \(0\.\d{4},\)\)", app.code[0].value)


def test_augmentation_is_shown_live_and_kept_for_the_training(open_page, app):
    open_page("data", view="augment")
    app.get("button_group")[-1].set_value(["rotate", "flip"]).run()
    assert app.session_state["augment"] == ("flip", "rotate")
    before = "".join(each.value for each in app.get("html"))
    assert "RandomHorizontalFlip" in app.code[0].value
    assert "RandomRotation(15" in app.code[0].value
    app.button(key="widget:data_draws_next").click().run()
    assert "".join(each.value for each in app.get("html")) != before
    assert len(grid(app)) == 5 * 9


def test_how_pictures_are_fitted_is_said_in_words_and_lines(open_page):
    app = open_page("data", view="input", network="alexnet")
    assert any("resized (bilinear" in each.value for each in app.markdown)
    assert "transforms.Resize((224, 224))" in app.code[0].value


def test_a_network_with_other_classes_is_explained_but_the_pictures_are_shown(open_page, app, tmp_path):
    open_page("data", dataset="zip")
    upload(app, packed(cat=4, dog=4))
    app.session_state["data_view"] = "input"
    app.run()
    assert "must end in 2 scores" in app.warning[0].value
    assert len(grid(app)) == 12
    lines = app.code[0].value
    assert lines.index("Grayscale()") < lines.index("Resize((28, 28))") < lines.index("ToTensor()")


def test_a_zip_file_is_uploaded_looked_at_and_removed(open_page, app):
    open_page("data", dataset="zip")
    assert "One folder a class" in " ".join(texts(app))
    upload(app, packed(cat=6, dog=2))
    assert catalog.uploads() == ["upload:pets"]
    assert app.selectbox(key="widget:dataset").value == "upload:pets"
    assert "8 pictures were taken in." in app.success[0].value
    facts = {metric.label: metric.value for metric in app.metric}
    assert (facts["To train"], facts["To test"], facts["Size"], facts["Read as"]) == (
        "6",
        "2",
        "30 × 20 – 30 × 25",
        "1x28x28",
    )
    app.session_state["data_view"] = "classes"
    app.run()
    assert "4.00 times" in app.warning[0].value or "5.00 times" in app.warning[0].value
    go(app, "train")
    assert app.selectbox(key="widget:dataset").value == "upload:pets"
    go(app, "data")
    app.button(key="widget:upload_delete").click().run()
    assert catalog.uploads() == []
    assert app.selectbox(key="widget:dataset").value == "digits"
    assert not app.exception


def test_what_was_left_out_of_an_upload_is_named(open_page, app):
    content = io.BytesIO(packed(cat=3, dog=3))
    with zipfile.ZipFile(content, "a") as file:
        file.writestr("pets/cat/broken.png", b"just a text")
    open_page("data", dataset="zip")
    upload(app, content.getvalue())
    assert "Left out: 1." in app.warning[0].value
    go(app, "train")
    assert not any("Left out" in each.value for each in app.warning)
    assert any("Left out: 1." in each.value for each in app.caption)
    go(app, "data")
    assert "pets/cat/broken.png` is not a picture" in app.warning[0].value


@pytest.mark.parametrize("content", [b"no zip file", b"", packed(cat=3)])
def test_a_zip_file_that_cannot_be_is_refused_once_and_the_page_goes_on(open_page, app, content):
    open_page("data", dataset="zip")
    upload(app, content)
    assert "pets.zip`" in app.error[0].value
    app.run()
    assert len(app.error) == 1
    app.selectbox(key="widget:dataset").set_value("digits").run()
    assert not app.error
    assert grid(app)


@pytest.mark.parametrize(
    "link",
    [
        {"dataset": "upload:../../etc"}, {"dataset": "upload:none"}, {"dataset": "nothing"}, {"class": "999"},
        {"dataset": "folder", "folder": "/nowhere"}, {"view": "input", "network": "lenet", "size": "1"},
        {"dataset": "zip", "view": "augment", "augment": "flip,mixup"},
    ],
)  # fmt: skip
def test_no_link_breaks_the_page(open_page, link):
    open_page("data", **link)


def test_data_that_are_not_there_are_offered(open_page, app):
    open_page("data", dataset="mnist")
    assert any("11.6 MB to download" in each.value for each in app.info)
    assert any("appear here" in each.value for each in app.info)


def test_a_folder_s_broken_picture_is_named(open_page, app, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(3):
            (tmp_path / name / f"{number}.png").write_bytes(b"text")
    open_page("data", dataset="folder", folder=str(tmp_path))
    assert ".png` is not a picture" in app.error[0].value


def test_a_picture_that_is_put_into_a_folder_is_seen(open_page, app, tmp_path):
    for name in ("a", "b"):
        (tmp_path / "p" / name).mkdir(parents=True)
        for number in range(4):
            Image.new("L", (9, 9)).save(tmp_path / "p" / name / f"{number}.png")
    open_page("data", dataset="folder", folder=str(tmp_path / "p"))
    assert {metric.label: metric.value for metric in app.metric}["To train"] == "6"
    for number in range(4, 10):
        Image.new("L", (9, 9)).save(tmp_path / "p" / "a" / f"{number}.png")
    app.run()
    assert {metric.label: metric.value for metric in app.metric}["To train"] == "11"


def test_a_data_set_that_has_gone_is_said(open_page):
    app = open_page("data", dataset="upload:gone")
    assert "There is no data set `gone` here. Choose another one." in [each.value for each in app.info]
    assert app.selectbox(key="widget:dataset").value == "digits"


def test_an_upload_with_one_picture_a_class_is_called_by_its_name(open_page, app):
    open_page("data", dataset="zip")
    upload(app, packed(cat=1, dog=1), "few.zip")
    assert "Few has too few pictures: at least one class needs two of them" in [
        each.value for each in app.error
    ]
