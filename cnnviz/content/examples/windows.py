"""The notes' examples of layers that look through windows."""

from cnnviz.content.examples.example import Example
from cnnviz.language import N_

# fmt: off

CONVOLUTION = (
    Example(
        "convolution", "", N_("One window, one sum"),
        N_("The notes' first example: the kernel 0, 1, 2, 3 over the grid 0 to 8 gives 19, 25, 37, 43. The first is 0·0 + 1·1 + 3·2 + 4·3."),
        claims=("c043", "c056", "c057"),
    ),
    Example(
        "convolution", "as=true", N_("True convolution"),
        N_("The kernel is turned by half before it slides: 5, 11, 23, 29. Below stands what PyTorch's convolution, a cross-correlation, gives."),
        N_("The notes have 24 at the lower right; it is 29: 4·3 + 5·2 + 7·1 + 8·0."),
        ("c044", "c045", "c046"),
    ),
    Example(
        "convolution", "input=stripe&kh=1&kernel=edge", N_("Find the edges"),
        N_("[1, −1] is zero where neighbours are equal: 1 where white becomes black, −1 where black becomes white."),
        claims=("c059", "c060"),
    ),
    Example(
        "convolution", "input=stripe&kw=1&kernel=edge", N_("The same kernel upright"),
        N_("The column [1, −1] looks for edges that lie flat. The stripe has none, so all is 0."),
        claims=("c061", "c062"),
    ),
    Example(
        "convolution", "kh=3&kw=3&padding=1", N_("Padding keeps the size"),
        N_("One ring of padding and a 3×3 kernel: 3×3 stays 3×3."),
        N_("The notes put half a row on each side. It is one whole row on each side: p = k − 1 = 2 in total, and PyTorch's `padding` counts one side."),
        ("c066", "c067", "c068"),
    ),
    Example(
        "convolution", "input=digit&kh=4&kw=4&padding=1&kernel=box", N_("An even kernel"),
        N_("(k − 1) // 2 = 1 ring for a 4×4 kernel: 28×28 becomes 27×27."),
        N_("The notes say that padding (k − 1) // 2 keeps the size. That is so for odd kernels with stride 1; an even one loses a row."),
        ("c070", "c168"),
    ),
    Example(
        "convolution", "padding=1&separate=1&padding_w=1&stride=3&stride_w=2", N_("Stride 3 down, 2 across"),
        N_("The window jumps: 3×3 with a ring of padding gives 2×2. What no window reaches is struck through: floor drops it."),
        claims=("c071", "c072"),
    ),
    Example(
        "convolution", "input=random&kh=3&kw=3&padding=1&stride=2", N_("Stride 2 halves"),
        N_("8×8, kernel 3, padding 1, stride 2: floor((8 + 2 − 3) / 2) + 1 = 4."),
        N_("In the notes' 240 example the floor is missing: (240 + 4 − 5) / 3 = 79.67, and floor plus 1 is 80."),
        ("c073", "c074", "c075"),
    ),
    Example(
        "convolution", "channels=2", N_("Two input channels"),
        N_("Each channel has a kernel of its own; the two results are added: 56, 72, 104, 120. Choose a channel below the input."),
        claims=("c055", "c079"),
    ),
    Example(
        "convolution", "channels=2&out=3", N_("Three output channels"),
        N_("K, K + 1 and K + 2: a kernel for each pair of input and output channel, so the weight is 3×2×2×2."),
        claims=("c077", "c081"),
    ),
    Example(
        "convolution", "channels=3&out=2&kh=1&kw=1", N_("1×1"),
        N_("A 1×1 kernel keeps height and width and mixes the channels: at each pixel the same small linear layer."),
        N_("The notes call this a kernel of size 0 and say it captures global features. It is 1×1, and it sees a single pixel."),
        ("c083", "c084"),
    ),
    Example(
        "convolution", "input=sentence&kh=1&kernel=negated", N_("Two words at a time"),
        N_("A 1-D convolution over words: kernel size 2 sees pairs. This kernel answers 2 where a negation is followed by praise."),
        claims=("c052",),
    ),
)

POOLING = (
    Example(
        "pooling", "", N_("The largest of four"),
        N_("1 to 16 in 4×4, windows of 2×2: 6, 8, 14, 16. The cell that wins is framed."),
        claims=("c171", "c199"),
    ),
    Example(
        "pooling", "kind=avg", N_("The mean of four"),
        N_("The same windows, averaged: 3.5, 5.5, 11.5, 13.5."), claims=("c171",),
    ),
    Example(
        "pooling", "input=counting&own_stride=1", N_("3×3, stride 1"),
        N_("Windows that overlap: 4, 5, 7, 8."),
        N_("The notes leave the stride out. PyTorch moves a pooling window by its own size, and would give the single 4: set stride=1."),
        ("c085",),
    ),
    Example(
        "pooling", "input=counting&kind=avg&own_stride=1", N_("The same, averaged"),
        N_("2, 3, 5, 6."), claims=("c020", "c086"),
    ),
    Example(
        "pooling", "kh=3&kw=3&padding=1", N_("Window 3, padding 1"),
        N_("With PyTorch's own stride, the size of the window, 4×4 becomes 2×2."),
        N_("The notes say that 4×4 stays 4×4. That holds with stride 1."),
        ("c088",),
    ),
    Example(
        "pooling", "input=random&kh=3&kw=3&own_stride=1&padding=1", N_("What padding is made of"),
        N_("Point at a corner: its window has five cells of padding, and none of them can win."),
        N_("The notes say that the padding is zero. For max pooling it is minus infinity: with zeros, negative numbers would lose to the edge."),
        ("c089",),
    ),
    Example(
        "pooling", "dilation=2&own_stride=1", N_("A spread window"),
        N_("Dilation 2: the window takes every second cell. 11, 12, 15, 16."),
        N_("The notes explain dilation with a convolution; here it spreads the pooling window."),
        ("c173",),
    ),
    Example(
        "pooling", "input=digit&kind=adaptive_avg&oh=5&ow=5", N_("Adaptive"),
        N_("The output is 5×5 whatever comes in: the windows are made to fit."), claims=("c174",),
    ),
    Example(
        "pooling", "kind=global_avg", N_("Global average"),
        N_("Each channel becomes one number: the mean of 1 to 16 is 8.5."),
        N_("The notes say that global pooling sums each channel. It averages: 8.5, not 136."),
        ("c118",),
    ),
)

INTERPOLATION = (
    Example(
        "interpolation", "", N_("2×2 becomes 4×4"),
        N_("Between 1 and 2 come 1.25 and 1.75: each new value is a weighted mean of its neighbours, the nearer the heavier. The corners keep 1, 2, 3 and 4."),
        claims=("c032",),
    ),
    Example(
        "interpolation", "align_corners=1", N_("With align_corners"),
        N_("Now the centres of the corner cells stay in place, so the first row is 1, 1.3333, 1.6667, 2. Without it the outer edges stay."),
        claims=("c032",),
    ),
    Example(
        "interpolation", "mode=nearest", N_("Nearest: copies"),
        N_("Each value is copied into a block of 2×2; nothing new comes in between."),
        claims=("c032",),
    ),
    Example(
        "interpolation", "input=sixteen&factor=0.5", N_("Half of 4×4"),
        N_("Each new value lies in the middle of four old ones, so their weights are equal: 3.5, 5.5, 11.5, 13.5."),
        N_("That is what 2×2 average pooling gives, but only for a factor of 0.5 and even sides."),
        ("c033",),
    ),
    Example(
        "interpolation", "input=digit&factor=0.5", N_("28 to 14"),
        N_("A picture of 28×28 becomes 14×14. Each channel is resized by itself: 16 channels stay 16."),
        claims=("c030",),
    ),
    Example(
        "interpolation", "input=digit", N_("28 to 56"),
        N_("The factor 2 makes 56×56 of 28×28: larger, but no sharper, since nothing is learned."),
        N_("In the notes this line follows the one that halves; it starts from the 28×28 input again, not from the 14×14 result."),
        ("c031",),
    ),
)
