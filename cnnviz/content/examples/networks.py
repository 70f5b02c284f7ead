"""The notes' examples of blocks."""

from cnnviz.content.examples.example import Example
from cnnviz.language import N_

# fmt: off

BLOCKS = (
    Example(
        "blocks", "",
        N_("Inception: 256 channels"),
        N_("Four paths over the same 192×28×28 keep height and width; concat gives 64 + 128 + 32 + 32 = 256 channels. The 1×1 convolutions make paths p2 and p3 cheap: 173,408,256 multiply-adds become 101,154,816, and 120,422,400 become 12,443,648."),
        N_("The notes' snippet goes from the 1×1 straight into the 3×3 and the 5×5. A ReLU belongs between them, as here: without it the pair is one single linear map. The parameters are the same 163,696. And their formula for the saving leaves out the output channels and the cost of the 1×1 itself."),
        ("c122", "c128", "c129", "c204"),
    ),
    Example(
        "blocks", "inception_in=256&inception_c1=128&inception_c2a=128&inception_c2b=192&inception_c3a=32&inception_c3b=96&inception_c4=64",
        N_("Inception: 480 channels"),
        N_("The second block of GoogLeNet: 128 + 192 + 96 + 64 = 480 channels, height and width still 28."),
        claims=("c123",),
    ),
    Example(
        "blocks", "block=vgg&vgg_in=1&vgg_side=224&vgg_convs=1&vgg_out=64",
        N_("VGG: 224 becomes 112"),
        N_("The first block of VGG-11: its 3×3 convolution with padding 1 keeps 224×224, the pooling halves it to 64×112×112."),
        N_("The notes say that a block usually has two or three convolutions; in VGG-11 the first two have one, in VGG-19 the last three have four. Their `vgg_block` is pseudo-code that Python does not read; the code below runs."),
        ("c105", "c109", "c110"),
    ),
    Example(
        "blocks", "block=nin",
        N_("NiN: the first block"),
        N_("One 11×11 convolution and two 1×1 convolutions, each with a ReLU: 1×224×224 becomes 96×54×54."),
        N_("The notes say that the 1×1 convolutions compress the channels; inside a NiN block they keep them: 96, 96, 96. What they bring is mixing and non-linearity."),
        ("c115", "c121"),
    ),
    Example(
        "blocks", "block=residual&residual_in=3&residual_side=6&residual_out=3",
        N_("Residual: the same shape"),
        N_("Two convolutions keep 3×6×6, so their result can be added to the input as it is."),
        claims=("c146",),
    ),
    Example(
        "blocks", "block=residual&residual_in=3&residual_side=6&residual_out=6&residual_stride=2&residual_1x1=yes",
        N_("Residual: half the size"),
        N_("Stride 2 and 6 channels make 6×3×3; a 1×1 convolution with the same stride brings the shortcut there too."),
        N_("The notes say that ResNet keeps the number of channels. That holds inside a module; the first block of each later module doubles it, through the 1×1 shortcut."),
        ("c146", "c151"),
    ),
    Example(
        "blocks", "block=residual&residual_in=3&residual_side=6&residual_out=6&residual_stride=2",
        N_("Residual: shapes that differ"),
        N_("Without the 1×1 convolution 6×3×3 meets 3×6×6, and there is no sum: PyTorch raises a RuntimeError."),
        claims=("c146",),
    ),
    Example(
        "blocks", "block=dense",
        N_("Dense: 3 + 2·10 = 23"),
        N_("Two convolutions with growth rate 10 on 3×8×8: each puts 10 new channels beside all that it has seen. Add keeps the number of channels, concat adds them up."),
        claims=("c152", "c157"),
    ),
    Example(
        "blocks", "block=transition",
        N_("Transition: 23 becomes 10"),
        N_("The 1×1 convolution makes 23 channels into 10, the average pooling 8×8 into 4×4."),
        claims=("c153",),
    ),
)
