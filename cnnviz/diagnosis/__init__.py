"""WHY a network does not work, in a learner's words, and what to press so that it does. No torch.

problems   what is said: Problem, Fix, Message
checkup    diagnose: the first error of a network, else advice
mending    mend: a layer that cannot exist because of its own parameters
flow       shapes on their way, remembered from one tried network to the next
edits      small changes of a network and the words for them
search     ideas are tried on the whole network; the likeliest that work are kept
relatives  the documented network that a network comes from
amounts    a wrong number of channels or features
kinds      pictures where features are expected, and the other way round
windows    windows that do not fit, and other sizes that cannot be
sizes      other windows upstream that give another size
merges     branches that cannot be added or joined
ends       how a network ends: classes and loss
advice     what runs but could be better
remarks    the rules behind the advice
"""

from cnnviz.diagnosis.checkup import diagnose
from cnnviz.diagnosis.mending import mend
from cnnviz.diagnosis.problems import Fix, Message, Problem

__all__ = ["Fix", "Message", "Problem", "diagnose", "mend"]
