"""Networks whose layers fit but that end wrongly, and networks that run but should not be left so."""

from cnnviz.spec import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Softmax,
    tree,
)
from cnnviz.zoo import get
from tests.diagnosis.making import Case, known, net, one_window, sides

TEN, NLL = {"classes": 10}, {"loss": "nll"}

ERRORS = [
    Case("LeNet for the hundred classes of CIFAR-100", get("lenet"), "fc3", ("`fc3` gives 10 scores, but the data set has 100 classes.",), "Set out_features=100 in `fc3`", {"classes": 100}),
    Case("NiN for the 47 classes of EMNIST", get("nin"), "block4.mix2", ("`block4.mix2` gives 10 scores, but the data set has 47 classes.",), "Set out_channels=47 in `block4.mix2`", {"classes": 47}),
    Case("DigitRecognizer for 26 letters", get("digit_recognizer"), "fc2", ("10 scores", "26 classes"), "Set out_features=26 in `fc2`", {"classes": 26}),
    Case("too few scores", net(Flatten(name="flat"), Linear(784, 2, name="fc"), ReLU(name="r"), Dropout(0.2, name="drop")), "fc", ("`fc` gives 2 scores",), "Set out_features=10 in `fc`", TEN),
    Case("scores joined from two paths", net(Flatten(name="flat"), sides("cat", (Linear(784, 4, name="fc"),), (Linear(784, 4, name="fc"),))), "cat", ("`cat` gives 8 scores",), "Append Linear(8, 10)", TEN),
    Case("features but no scores", net(Conv2d(1, 16, 3, name="conv"), AdaptiveAvgPool2d(1, name="gap"), Flatten(name="flat")), "conv", ("`conv` gives 16 scores",), "Set out_channels=10 in `conv`", TEN),
    Case("the picture is taken for scores", net(Flatten(name="flat")), "flat", ("`flat` gives 784 scores",), "Append Linear(784, 10)", TEN),
    Case("a picture instead of scores", net(Conv2d(1, 16, 3, name="conv"), ReLU(name="r")), "r", ("ends in 16x26x26",), "Append AdaptiveAvgPool2d(1), Flatten(), Linear(16, 10)", TEN),
    Case("one channel a class instead of scores", net(Conv2d(1, 10, 3, name="conv")), "conv", ("ends in 10x26x26",), "Append AdaptiveAvgPool2d(1), Flatten()", TEN),
    Case("one pixel instead of scores", net(Conv2d(1, 16, 3, name="conv"), AdaptiveAvgPool2d(1, name="gap")), "gap", ("ends in 16x1x1",), "Append Flatten(), Linear(16, 10)", TEN),
    Case("rows instead of scores", net(Conv2d(1, 2, 3, name="conv"), Flatten(2, name="flat")), "flat", ("ends in 2x676",), "Append Flatten(), Linear(1352, 10)", TEN),
    Case("nothing at all", net(), "", ("The network is empty: the picture 1x28x28 comes out as it went in.",), "Append Conv2d(1, 16, kernel_size=3, padding=1), ReLU(), AdaptiveAvgPool2d(1), Flatten(), Linear(16, 10)", TEN),
    Case("scores where nll_loss wants logarithms", get("lenet"), "fc3", ("nll_loss takes the logarithms", "`fc3` gives plain scores: LogSoftmax is missing."), "Append LogSoftmax(dim=1)", NLL),
    Case("probabilities where nll_loss wants logarithms", net(Flatten(name="flat"), Linear(784, 10, name="fc"), Softmax(dim=1, name="soft")), "soft", ("`soft` gives the probabilities",), "Replace `soft` by LogSoftmax(dim=1)", NLL),
    Case("more parameters than are built", net(Flatten(name="flat"), Linear(3 * 512 * 512, 4096, name="fc"), Linear(4096, 10, name="out"), picture=(3, 512, 512)), "fc", ("3,221,229,568 parameters, 13 GB", "2,000,000,000"), "Insert AdaptiveAvgPool2d(1) before `flat`; set in_features=3 in `fc`"),
]  # fmt: skip

ADVICE = [
    Case("softmax before cross-entropy", net(Flatten(name="flat"), Linear(784, 10, name="fc"), Softmax(dim=1, name="soft")), "soft", ("does the softmax itself", "learns slowly"), "Remove `soft`"),
    Case("log-softmax before cross-entropy", get("digit_recognizer"), "log_softmax", ("does no harm", "not needed"), "Remove `log_softmax`"),
    Case("ReLU behind the scores", net(Flatten(name="flat"), Linear(784, 10, name="fc"), ReLU(name="r")), "r", ("comes after the scores",), "Remove `r`"),
    Case("dropout behind the scores", net(Flatten(name="flat"), Linear(784, 10, name="fc"), Dropout(0.5, name="drop")), "drop", ("sets some classes' scores to 0",), "Remove `drop`"),
    Case("no activation between linear layers", net(Flatten(name="flat"), Linear(784, 64, name="fc1"), Linear(64, 10, name="fc2")), "fc2", ("no activation between `fc1` and `fc2`",), "Insert ReLU() before `fc2`"),
    Case("no activation between convolutions", net(Conv2d(1, 4, 3, name="a"), BatchNorm2d(4, name="bn"), AvgPool2d(2, name="pool"), Conv2d(4, 8, 3, name="b"), Sigmoid(name="s"), AdaptiveAvgPool2d(1, name="gap"), Flatten(name="flat"), Linear(8, 10, name="fc")), "b", ("no activation between `a` and `b`",), "Insert Sigmoid() before `pool`"),
    Case("the same activation twice", net(Flatten(name="flat"), Linear(784, 64, name="fc1"), ReLU(name="r1"), ReLU(name="r2"), Linear(64, 10, name="fc2")), "r2", ("`r2` does nothing: after `r1`",), "Remove `r2`"),
    Case("two activations in a row", net(Flatten(name="flat"), Linear(784, 64, name="fc1"), ReLU(name="r"), Sigmoid(name="s"), Linear(64, 10, name="fc2")), "s", ("two activations in a row",), "Remove `s`"),
    Case("Flatten twice", net(Flatten(name="flat"), Flatten(name="again"), Linear(784, 10, name="fc")), "again", ("`again` does nothing: `flat` has already",), "Remove `again`"),
    Case("Flatten twice with an activation between", net(Flatten(name="flat"), ReLU(name="r"), Flatten(name="again"), Linear(784, 10, name="fc")), "again", ("`again` does nothing: `flat` has already",), "Remove `again`"),
    Case("Flatten behind the last linear layer", net(Flatten(name="flat"), Linear(784, 10, name="fc"), Flatten(name="end")), "end", ("`end` does nothing: `fc` gives one row of features already.",), "Remove `end`"),
    Case("Flatten behind LeNet", tree.insert(get("lenet"), "", 12, Flatten(name="end"))[0], "end", ("`end` does nothing: `fc3` gives one row",), "Remove `end`"),
    Case("Flatten behind joined features", net(Flatten(name="flat"), sides("cat", (Linear(784, 4, name="fc"),), (Linear(784, 6, name="fc"),)), Flatten(name="end")), "end", ("`end` does nothing: `cat` gives one row",), "Remove `end`"),
    Case("the padding of a larger kernel", one_window(kernel_size=3, padding=20, features=17424), "conv1", ("`conv1` has padding=20 but a window of only 3x3: 3,456 of the 4,356 places of its output see nothing but padding.",), "Set padding=1 in `conv1`; set in_features=3136 in `fc`"),
    Case("padding around single pixels", one_window(kernel_size=1, padding=1, features=3600), "conv1", ("padding=1 but a window of only 1x1: 116 of the 900 places",), "Set padding=0 in `conv1`; set in_features=3136 in `fc`"),
    Case("batch norm twice", net(Flatten(name="flat"), Linear(784, 64, bias=False, name="fc1"), BatchNorm1d(64, name="bn1"), BatchNorm1d(64, name="bn2"), ReLU(name="r"), Linear(64, 10, name="fc2")), "bn2", ("`bn1` has just normalised",), "Remove `bn2`"),
    Case("a bias before batch norm", net(Flatten(name="flat"), Linear(784, 64, name="fc1"), BatchNorm1d(64, name="bn"), ReLU(name="r"), Linear(64, 10, name="fc2")), "fc1", ("The bias of `fc1` does nothing",), "Set bias=False in `fc1`"),
    Case("biases before batch norms", get("lenet_bn"), "conv1", ("`conv1` and 3 more layers have a bias that does nothing",), "Set bias=False in all 4 layers"),
    Case("softmax over the batch", net(Flatten(name="flat"), Linear(784, 10, name="fc"), Softmax(dim=0, name="soft")), "soft", ("along dimension 0, the batch",), "Set dim=1 in `soft`"),
    Case("everything is dropped", net(Flatten(name="flat"), Dropout(1.0, name="drop"), Linear(784, 10, name="fc")), "drop", ("sets everything to 0",), "Set p=0.5 in `drop`"),
    Case("a linear layer on rows of the picture", net(Linear(28, 5, name="rows"), ReLU(name="r"), Flatten(name="flat"), Linear(140, 10, name="fc")), "rows", ("each row of 1x28x28 alone, 28 values at a time",), ""),
    Case("a pooling that leaves much unseen", net(Conv2d(1, 4, 3, name="conv"), ReLU(name="r"), MaxPool2d(9, name="pool"), Flatten(name="flat"), Linear(16, 10, name="fc")), "pool", ("never looks at 8 of the 26",), "Set ceil_mode=True in `pool`; set in_features=36 in `fc`"),
    Case("a pooling that jumps", net(Conv2d(1, 4, 3, name="conv"), ReLU(name="r"), MaxPool2d(2, stride=4, name="pool"), Flatten(name="flat"), Linear(196, 10, name="fc")), "pool", ("never looks at 12 of the 26",), ""),
    Case("most parameters in one layer", get("vgg11"), "classifier.fc1", ("102,764,544 of the network's", "parameters"), "Insert AdaptiveAvgPool2d(1) before `classifier.flatten`; set in_features=512 in `classifier.fc1`"),
    Case("a picture instead of scores, unasked", known("simple_cnn", flatten__gone=None, fc__gone=None), "relu", ("ends in 16x28x28",), "Append AdaptiveAvgPool2d(1), Flatten(), Linear(16, 10)"),
    Case("nothing at all, unasked", net(), "", ("The network is empty",), ""),
]  # fmt: skip
