"""A file of weights on its way: chosen, matched, kept, saved again, drawn with."""

from collections.abc import Callable
from pathlib import Path

import torch
import torchvision
from playwright.sync_api import Page, expect
from safetensors.torch import load_file, save_file

from cnnviz.explain import checkpoints
from cnnviz.nets.build import build
from cnnviz.nets.checkpoint import load
from cnnviz.zoo import get
from tests.browser.conftest import PHONE
from tests.browser.reading import no_trouble, settled, visit
from tests.browser.test_draw import DIGITS, answer, draw


def upload(page: Page, file: Path) -> None:
    """Choose a file as a user does in the browser's dialogue."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload").last.click()
    chooser.value.set_files(file)


def test_a_file_is_matched_kept_saved_and_drawn_with(page: Page, tmp_path: Path) -> None:
    trained = load(checkpoints.path_of("lenet"))
    save_file(
        {f"module.{name}": tensor for name, tensor in trained.weights.items()},
        tmp_path / "friend.safetensors",
    )
    visit(page, "/weights?activation=relu&pooling=max")
    upload(page, tmp_path / "friend.safetensors")
    expect(page.get_by_text("All 10 tensors fit.")).to_be_visible()
    expect(page.get_by_role("tab", name="Loaded (10)")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("button", name="Save as safetensors").click()
    saved = load_file(download.value.path())
    assert all(torch.equal(saved[name], tensor) for name, tensor in trained.weights.items())

    page.get_by_role("button", name="Keep them for drawing").click()
    expect(page.get_by_text("Kept as friend.")).to_be_visible()
    page.get_by_role("button", name="Draw with it").click()
    expect(page.get_by_test_id("digit-canvas")).to_be_visible()
    settled(page)
    expect(page.get_by_text("weights from friend.safetensors")).to_be_visible()
    page.get_by_test_id("digit-canvas").scroll_into_view_if_needed()
    draw(page, DIGITS[7])
    assert answer(page) in range(10)
    no_trouble(page)


def test_weights_of_another_version_fit_after_one_press(page: Page, tmp_path: Path) -> None:
    save_file(torchvision.models.resnet18(weights=None).state_dict(), tmp_path / "friend.safetensors")
    visit(page, "/weights?network=resnet18")
    upload(page, tmp_path / "friend.safetensors")
    expect(page.get_by_text("It fits ResNet-18 as in torchvision")).to_be_visible()
    expect(page.get_by_role("button", name="Keep them for drawing")).to_be_disabled()
    page.get_by_role("button", name="Set these options").click()
    expect(page.get_by_text("All 102 tensors fit.")).to_be_visible()
    expect(page.get_by_role("button", name="Keep them for drawing")).to_be_enabled()
    no_trouble(page)


def test_a_pickle_is_refused_with_its_conversion_on_a_phone(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(has_touch=True, is_mobile=True, viewport=PHONE, device_scale_factor=2)
    torch.save(build(get("lenet")).state_dict(), tmp_path / "model.pt")
    visit(page, "/weights")
    upload(page, tmp_path / "model.pt")
    expect(page.get_by_test_id("stAlert")).to_contain_text("model.pt is an archive of torch")
    expect(page.get_by_test_id("stAlert")).to_contain_text("Convert it as shown beside (below, on a phone)")
    expect(page.get_by_test_id("stCode").first).to_contain_text('torch.load("model.pt"')
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= PHONE["width"]
    no_trouble(page)
