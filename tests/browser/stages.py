"""Settings of the convolution and pooling pages, drawn at random, and what torch makes of each."""

import random
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from cnnviz.data import images
from cnnviz.ops import kernels, samples
from cnnviz.ui.convolution_choices import weights

MODES = ("zeros", "reflect", "replicate", "circular")


@dataclass(frozen=True)
class Setting:
    """One state of a page; its link restores it. What is not named is at the page's default."""

    page: str
    link_: tuple[tuple[str, object], ...] = field(default=())

    @classmethod
    def of(cls, page: str, **link: object) -> "Setting":
        return cls(page, tuple(link.items()))

    def get(self, name: str, default: object = 0) -> object:
        return dict(self.link_).get(name, default)

    def number(self, name: str, default: int = 0) -> int:
        return int(self.get(name, default))  # type: ignore[call-overload]

    @property
    def link(self) -> str:
        return f"/{self.page}?" + "&".join(f"{name}={value}" for name, value in self.link_)

    def input(self) -> torch.Tensor:
        """Return the input (C, H, W)."""
        count = range(self.number("channels", 1))
        match self.get("input"):
            case "counting":
                x = np.stack([samples.counting() + k for k in count])
            case "sixteen":
                x = np.stack([samples.sixteen() + k for k in count])
            case "cross":
                x = np.stack([np.roll(samples.cross(), k, axis=1) for k in count])
            case "stripe":
                x = np.stack([np.roll(samples.stripe(), k, axis=1) for k in count])
            case "random":
                x = samples.scattered(self.number("seed"), len(count))
            case "digit":
                x = (
                    np.stack([images.digit((self.number("digit", 7) + k) % 10) for k in count])
                    .astype(np.float64)
                    .round(2)
                )
            case "photo":
                whole = images.coloured(str(self.get("photo", "china")))
                planes = list(whole) if self.number("colour") else [images.to_grey(whole)]
                x = (
                    np.stack([images.shrink(plane, self.number("side", 64)) for plane in planes])
                    .astype(np.float64)
                    .round(4)
                )
            case "wave":
                x = samples.wave()[None]
            case _:
                x = samples.features(samples.words("the film was not good but the music was great"))[None]
        return torch.from_numpy(x.astype(np.float64))

    def pair(self, name: str, default: int) -> tuple[int, int]:
        """Return height and width of a parameter that has one number, or two if they are apart."""
        first = self.number(name, default)
        return first, self.number(f"{name}_w", default) if self.number("separate") else first


@dataclass(frozen=True)
class Convolved:
    """What torch makes of a setting: kernels by output channel, bias, and the function from input to output."""

    setting: Setting

    @property
    def is_row(self) -> bool:
        return self.setting.get("input") in {"wave", "sentence"}

    @property
    def kernel(self) -> tuple[int, int]:
        high = self.setting.input().shape[1] if self.is_row else self.setting.number("kh")
        return high, self.setting.number("kw")

    @property
    def weight(self) -> torch.Tensor:
        """(O, C / groups, kh, kw), as the stage has it."""
        s = self.setting
        channels = s.input().shape[0] // s.number("groups", 1)
        shape = (s.number("out", 1), channels, *self.kernel)
        return torch.from_numpy(weights(str(s.get("kernel")), shape, s.number("weight_seed")))

    @property
    def bias(self) -> float:
        return float(self.setting.get("b", 0.5)) if self.setting.number("bias") else 0.0  # type: ignore[arg-type]

    def layer(self) -> nn.Module:
        """Return torch's own layer with these weights."""
        s, weight, (kh, kw) = self.setting, self.weight, self.kernel
        groups, out, channels = s.number("groups", 1), s.number("out", 1), s.input().shape[0]
        stride, padding, dilation = s.pair("stride", 1), s.pair("padding", 0), s.pair("dilation", 1)
        mode = str(s.get("mode", "zeros"))
        if self.is_row:
            made = nn.Conv1d(kh, out, kw, stride[0], padding[0], dilation[0], padding_mode=mode)
            weight = weight[:, 0]
        elif s.get("as") == "transposed":
            extra = s.number("output_padding")
            made = nn.ConvTranspose2d(
                channels, out, (kh, kw), stride, padding, extra, groups, dilation=dilation
            )
            each = channels // groups
            parts = [part.transpose(0, 1) for part in weight.reshape(groups, out // groups, each, kh, kw)]
            weight = torch.cat(parts)
        else:
            made = nn.Conv2d(channels, out, (kh, kw), stride, padding, dilation, groups, padding_mode=mode)
        if s.get("as") == "true":
            weight = weight.flip(-1) if self.is_row else weight.flip(-2, -1)
        made = made.double()
        with torch.no_grad():
            made.weight.copy_(weight)
            made.bias.fill_(self.bias)
        return made

    def output(self, x: torch.Tensor | None = None) -> torch.Tensor:
        """Return the output (O, H', W')."""
        x = self.setting.input() if x is None else x
        with torch.no_grad():
            return self.layer()(x[0])[:, None] if self.is_row else self.layer()(x)

    @property
    def params(self) -> int:
        return self.weight.numel() + (self.setting.number("out", 1) if self.setting.number("bias") else 0)


def pooled(setting: Setting, x: torch.Tensor | None = None) -> torch.Tensor:
    """Return what torch makes of a setting of the pooling page."""
    s, x = setting, setting.input() if x is None else x
    kernel = s.number("kh", 2), s.number("kw", 2)
    stride = s.number("stride", 1) if s.number("own_stride") else None
    ceil, padding = bool(s.number("ceil")), s.number("padding")
    size = s.number("oh", 2), s.number("ow", 2)
    match s.get("kind", "max"):
        case "max":
            return F.max_pool2d(x, kernel, stride, padding, s.number("dilation", 1), ceil_mode=ceil)
        case "avg":
            return F.avg_pool2d(x, kernel, stride, padding, ceil, bool(s.number("include_pad", 1)))
        case "lp":
            return F.lp_pool2d(x[None], s.number("p", 2), kernel, stride)[0]
        case "adaptive_max":
            return F.adaptive_max_pool2d(x, size)
        case "adaptive_avg":
            return F.adaptive_avg_pool2d(x, size)
        case "global_max":
            return F.adaptive_max_pool2d(x, 1)
        case _:
            return F.adaptive_avg_pool2d(x, 1)


def convolutions(count: int, seed: int) -> list[Setting]:
    """Draw settings of the convolution page, each of them possible, all inputs and operations among them."""
    chance, found = random.Random(seed), []
    inputs = ("counting", "cross", "stripe", "random", "digit", "photo", "wave", "sentence")
    while len(found) < count:
        name = inputs[len(found) % len(inputs)]
        row = name in {"wave", "sentence"}
        link: dict[str, object] = {"input": name}
        if name == "photo":
            link |= {
                "photo": chance.choice(["china", "flower"]),
                "side": chance.choice([28, 32]),
                "colour": chance.choice([0, 1]),
            }
        elif not row:
            link["channels"] = chance.choice([1, 1, 2, 3, 4])
        if name == "digit":
            link["digit"] = chance.randrange(10)
        channels = 1 if row else Setting.of("convolution", **link).input().shape[0]
        link["out"] = chance.choice([1, 2, 3, 4])
        if not row:
            link["groups"] = chance.choice(
                [k for k in range(1, 5) if channels % k == 0 and int(str(link["out"])) % k == 0]
            )
        link |= {
            "kh": 1 if row else chance.choice([1, 2, 3, 3, 4, 5]),
            "kw": chance.choice([1, 2, 3, 3, 4, 5]),
        }
        link["as"] = chance.choice(["cross", "cross", "true"] + ([] if row else ["transposed"]))
        link |= {
            "stride": chance.choice([1, 1, 2, 3]),
            "padding": chance.randint(0, 4),
            "dilation": chance.choice([1, 1, 2]),
        }
        if not row and chance.random() < 0.3:
            link |= {
                "separate": 1,
                "stride_w": chance.choice([1, 2, 3]),
                "padding_w": chance.randint(0, 4),
                "dilation_w": chance.choice([1, 2]),
            }
        if link["as"] == "transposed":
            link["output_padding"] = chance.randint(0, 1)
        else:
            link["mode"] = chance.choice(MODES)
        if chance.random() < 0.5:
            link |= {"bias": 1, "b": chance.choice([-1.5, 0.5, 2.3])}
        link["kernel"] = chance.choice([*sorted(kernels.PRESETS), "random"])
        if link["kernel"] == "random":
            link["weight_seed"] = chance.randrange(100)
        setting = Setting.of("convolution", **link)
        if _possible(setting):
            found.append(setting)
    return found


def poolings(count: int, seed: int) -> list[Setting]:
    """Draw settings of the pooling page, each of them possible, all kinds among them."""
    chance, found = random.Random(seed), []
    kinds = ("max", "avg", "lp", "adaptive_max", "adaptive_avg", "global_max", "global_avg")
    while len(found) < count:
        kind = kinds[len(found) % len(kinds)]
        link: dict[str, object] = {
            "kind": kind,
            "input": chance.choice(["sixteen", "random", "digit"]),
            "channels": chance.choice([1, 2, 3]),
        }
        if kind.startswith("adaptive"):
            link |= {"oh": chance.randint(1, 4), "ow": chance.randint(1, 4)}
        elif not kind.startswith("global"):
            kernel = chance.randint(1, 4), chance.randint(1, 4)
            link |= {"kh": kernel[0], "kw": kernel[1]}
            if chance.random() < 0.6:
                link |= {"own_stride": 1, "stride": chance.randint(1, 4)}
            if kind == "lp":
                link["p"] = chance.choice([1, 2, 4])
            else:
                link |= {"padding": chance.randint(0, min(kernel) // 2), "ceil": chance.choice([0, 1])}
            link |= {"dilation": chance.choice([1, 2])} if kind == "max" else {}
            link |= {"include_pad": chance.choice([0, 1])} if kind == "avg" else {}
        setting = Setting.of("pooling", **link)
        if _possible(setting):
            found.append(setting)
    return found


def moved(setting: Setting, chance: random.Random) -> tuple[str, Setting] | None:
    """Return a slider of the setting's page, by its name, and the setting when it is one step further up; None for none."""
    chance.shuffle(names := [name for name in SLIDERS[setting.page] if name in dict(setting.link_)])
    for name in names:
        most, title = SLIDERS[setting.page][name]
        if setting.number("groups", 1) > 1 and name in {"out", "channels"}:
            continue  # the seen channels would be in other groups
        value = setting.number(name) + 1
        further = Setting(setting.page, tuple((dict(setting.link_) | {name: value}).items()))
        if value <= most and _possible(further):
            apart = setting.number("separate") and name in {"padding", "stride", "dilation"}
            return f"{title.partition(' (')[0]}, height" if apart else title, further
    return None


SLIDERS = {
    "convolution": {
        "padding": (8, "Padding (each side)"), "stride": (8, "Stride"), "dilation": (6, "Dilation"),
        "out": (8, "Output channels"), "channels": (8, "Input channels"),
    },
    "pooling": {
        "channels": (8, "Input channels"), "stride": (8, "Stride"), "p": (8, "Power p"), "oh": (16, "Output height"),
        "ow": (16, "Output width"), "dilation": (6, "Dilation"),
    },
}  # fmt: skip
"""Link name -> (its most, the slider's title)."""


def _possible(setting: Setting) -> bool:
    """Whether torch takes the setting, and the page's sliders reach it: a kernel must fit without its dilation."""
    try:
        if setting.page == "pooling":
            return bool(torch.isfinite(pooled(setting)).all())
        Convolved(setting).output()
    except (RuntimeError, ValueError):
        return False
    return True
