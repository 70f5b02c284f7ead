"""The notes' examples of the other layers, of learning, and of linear layers against convolutions."""

from cnnviz.content.examples.example import Example
from cnnviz.language import N_

# fmt: off

ACTIVATIONS = (
    Example(
        "activations", "x=0", N_("A quarter at most"),
        N_("Nowhere is the sigmoid steeper than here: its gradient is 0.25. Back through five sigmoid layers at most 0.25⁵ = 0.00098 of a gradient arrives."),
        claims=("c103",),
    ),
    Example(
        "activations", "function=relu", N_("ReLU: all of it"),
        N_("Wherever its input is positive, ReLU's gradient is 1: through any number of layers all of it arrives. That is why AlexNet took ReLU instead of the sigmoid."),
        N_("The notes say that ReLU solves the vanishing gradient. It does where its input is positive; elsewhere its gradient is 0."),
        ("c103",),
    ),
    Example(
        "activations", "x=5", N_("A saturated sigmoid"),
        N_("At x = 5 the sigmoid is nearly 1 and nearly flat: its gradient is 0.0066, and what lies before it learns hardly anything."),
        claims=("c103",),
    ),
)

BATCHNORM = (
    Example(
        "batchnorm", "", N_("Each channel on its own"),
        N_("Wherever a channel's numbers lie and however wide they spread: after the layer each channel has mean 0 and variance 1. For pictures mean and variance run over N, H and W; every channel has its own."),
        N_("One formula of the notes divides by σ. torch divides by √(σ² + ε), and this σ² divides by n, not by n − 1."),
        ("c040", "c041", "c133"),
    ),
    Example(
        "batchnorm", "input=numbers&gamma=2&beta=1&steps=0", N_("1, 2, 3, 4"),
        N_("Mean 2.5, variance 1.25; with γ = 2 and β = 1 the four numbers become −1.68327, 0.105576, 1.89442 and 3.68327."),
        claims=("c131",),
    ),
    Example(
        "batchnorm", "steps=0&batch=1&channels=16&mean=0&further=0&spread=1&times=1", N_("One picture, 16 channels"),
        N_("The shape (1, 16, 7, 7) stays; γ and β have 16 numbers each, 32 parameters. After this one step `num_batches_tracked` is 1, and `running_mean` is a tenth of the batch's mean."),
        N_("The notes speak of a picture of 28×28; their code and the numbers that it printed are of 7×7. The list of `vars(layer)` is longer by five hooks in today's torch."),
        ("c034", "c035", "c036", "c037", "c038", "c039"),
    ),
    Example(
        "batchnorm", "mode=eval", N_("Evaluation"),
        N_("The same batch, but mean and variance are those that the layer gathered in 20 training steps. So an answer does not depend on who else is in the batch; mean and variance come out near 0 and 1, not exactly there."),
        claims=("c132",),
    ),
    Example(
        "batchnorm", "gamma=0.5&beta=2", N_("γ and β"),
        N_("γ stretches and β moves, so the network can choose the mean and the spread that suit it; both are learned."),
        N_("The notes say that this brings the numbers into ReLU's non-negative range. With β = 0, where training begins, about half of them are negative; what counts is that they are not all on one side."),
        ("c142",),
    ),
    Example(
        "batchnorm", "steps=60&batch=4", N_("The notes' momentum"),
        N_("Each step keeps nine tenths of the past and takes a tenth of the new batch. The notes call this momentum 0.9; torch calls it 0.1."),
        N_("The notes' own layer fails on pictures: its mean has shape (1, C, 1, 1), all else (C,), which meets the width. At the end of this page stands the mended one. torch also puts the variance that divides by n − 1 into `running_var`; the notes keep the one that divides by n."),
        ("c134", "c135", "c136", "c137", "c138", "c139"),
    ),
    Example(
        "batchnorm", "input=features&steps=0&batch=1", N_("A batch of one"),
        N_("Behind a fully connected layer one sample is one value per channel. It is its own mean, so nothing would be left of it, and torch refuses to train."),
        N_("The notes say that a batch of 1 cannot be normalised. One picture can: its channels have H·W values each."),
        ("c140",),
    ),
    Example(
        "batchnorm", "batch=64", N_("A larger batch"),
        N_("With 64 pictures the batches agree on mean and variance: the dots of the batches lie close to the line."),
        N_("The notes say: the larger, the better. The estimates are; but the noise of smaller batches also keeps a network from learning by heart, and d2l names 50 to 100 as a good size."),
        ("c141",),
    ),
)

DROPOUT = (
    Example(
        "dropout", "", N_("Four channels, p = 0.25"),
        N_("Channels 1 and 3 are dropped as a whole. The values of channels 0 and 2 grow by 1/0.75: 1 becomes 1.3333, 19 becomes 25.3333."),
        N_("The notes show one sample of their batch of two. How many channels are dropped is random as well: of four, exactly two only in 21 % of all draws, and each sample of a batch gets a mask of its own."),
        ("c176", "c177", "c178"),
    ),
    Example(
        "dropout", "kind=Dropout&p=0.5&channels=1&side=5", N_("Behind a fully connected layer"),
        N_("Where there are no maps any more, Dropout drops single values; with p = 0.5 the others are doubled."),
        N_("The notes put `nn.Dropout2d(0.5)` behind fc1, where the tensor is (N, 128). PyTorch warns that this will be an error one day; `nn.Dropout(0.5)` is what is meant. It stands after fc1 and its ReLU, before fc2 only."),
        ("c180", "c182"),
    ),
    Example(
        "dropout", "mode=eval", N_("Evaluation"),
        N_("After `model.eval()` nothing is dropped and nothing is scaled: the output is the input."),
        claims=("c179",),
    ),
    Example(
        "dropout", "input=random", N_("Before or after ReLU"),
        N_("A dropped value is 0 and the factor is positive, so with ReLU it does not matter which of the two comes first."),
        N_("The notes' text puts Dropout2d between convolution and activation; their code puts it after ReLU and pooling."),
        ("c181",),
    ),
)

LINEAR = (
    Example(
        "linear", "features=9216&hidden=128", N_("9216 → 128 → 10"),
        N_("fc1 has weights of shape (128, 9216): one row for each output. With this hidden layer the last one needs 1,280 weights instead of 92,160."),
        N_("The notes have the two numbers the other way round. And the whole gets larger: 1,181,066 parameters with the hidden layer, 92,170 with a direct Linear(9216, 10). A hidden layer can learn more; it does not save parameters."),
        ("c165", "c167"),
    ),
    Example(
        "linear", "features=490&hidden=10", N_("10×7×7 = 490"),
        N_("TinyVGG flattens its ten maps of 7×7 to 490 features for one Linear layer."),
        N_("The notes say that a Linear layer must have one-dimensional input. It works on the last axis, whatever stands before it: (2, 7, 70, 490) becomes (2, 7, 70, 10). Flatten is there so that every value of a picture joins in every output."),
        ("c004", "c008"),
    ),
    Example(
        "linear", "channels=3&height=4&width=4", N_("Flatten with view"),
        N_("LeNet's 16×5×5 values become 400 features. `torch.flatten(x, 1)` keeps the first axis, the batch."),
        N_("The notes write `x.view(-1, 16 * 5 * 5)`. With another size of picture this does not fail but silently makes another batch: 4 pictures of 52×52 became 16 rows. `torch.flatten(x, 1)` or `x.view(x.size(0), -1)` is safe."),
        ("c095", "c194"),
    ),
)

SOFTMAX = (
    Example(
        "softmax", "", N_("Logits 1, 2, 3"),
        N_("The probabilities are 0.0900, 0.2447 and 0.6652, together 1."),
        claims=("c196",),
    ),
    Example(
        "softmax", "z0=0.1&z2=-1&target=1", N_("argmax"),
        N_("Of 0.1, 2 and −1 the largest is number 1. Softmax keeps the order, so logits and probabilities have the same argmax."),
        N_("For a batch `y.argmax(dim=1)` gives one class for each sample; `torch.argmax(y)` as in the notes would count through the whole batch."),
        ("c010",),
    ),
    Example(
        "softmax", "target=0", N_("One loss, two ways"),
        N_("CrossEntropyLoss takes logits. It is log-softmax followed by NLLLoss: both ways give 2.40761."),
        claims=("c011", "c184"),
    ),
    Example(
        "softmax", "classes=10&target=7&z0=-2.1&z1=-1.3&z2=0.8&z3=2.4&z4=-3&z5=-1.7&z6=-5.2&z7=8.6&z8=-0.4&z9=1.9", N_("The ten outputs of LeNet"),
        N_("Scores as LeNet gives them for a picture of a 7: any numbers, also negative ones. Softmax makes 0.996 of the largest."),
        N_("The notes say that LeNet's last layer gives probabilities. It has no activation, so it gives logits; CrossEntropyLoss wants just these."),
        ("c098",),
    ),
)

DENSE = (
    Example(
        "dense", "channels=1", N_("A million pixels"),
        N_("One grey picture of 1000×1000 pixels and 1000 hidden units: 10⁹ weights, and 1000 biases. With three colours it is three times as many."),
        claims=("c042",),
    ),
    Example(
        "dense", "", N_("270 weights"),
        N_("A 3×3 kernel over three channels, ten of them: 3·3·3·10 = 270 weights, for a picture of any size."),
        N_("The notes' 270 are the weights alone. `nn.Conv2d` also has one bias for each output channel: 280 parameters."),
        ("c049", "c197"),
    ),
    Example(
        "dense", "side=100&channels=1&hidden=1&out=1", N_("9 instead of 10,000"),
        N_("On a picture of 100×100 pixels a kernel learns 9 weights, a single dense unit 10,000."),
        N_("For the same map of 98×98 outputs a Linear layer would need 9604 such units: 96,040,000 weights."),
        ("c048",),
    ),
    Example(
        "dense", "down=3&right=2", N_("The pattern moves"),
        N_("The response map moves with the pattern; the dense unit no longer knows it."),
        N_("The notes call this translation invariance. The output does change, it moves along: this is equivariance. Pooling and averaging over the whole map bring invariance."),
        ("c053",),
    ),
)

LEARN = (
    Example(
        "learn", "", N_("Ten steps"),
        N_("From the random kernel of seed 0, learning rate 0.03, errors summed: after ten steps the kernel is [1.0063, −0.9662]. The loss that the tenth step begins with, which d2l's loop prints, is 0.0433."),
        claims=("c063",),
    ),
    Example(
        "learn", "loss=mean", N_("The mean instead"),
        N_("The same rate, but the mean of the squared errors: after ten steps the kernel is still [0.0267, 0.2146]."),
        N_("The notes speak of the mean squared error; d2l's loop sums the 42 errors. The mean is 42 times smaller, and so are its gradients: it needs the rate 0.03 · 42 = 1.26."),
        ("c064",),
    ),
    Example(
        "learn", "loss=mean&rate=1.26", N_("The mean, 42 times the rate"),
        N_("With 1.26 the mean goes step by step the very way of the sum with 0.03."),
        claims=("c064",),
    ),
    Example(
        "learn", "rate=0.034&steps=200", N_("A little too fast"),
        N_("Only a little above 2 / 60 = 0.0333, and each step leads away: after 200 steps the loss is about ten million."),
        claims=("c065",),
    ),
)
