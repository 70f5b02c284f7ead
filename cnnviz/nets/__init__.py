"""The description becomes torch: a module to run, source code to read, checkpoints to keep.

build       the module; its names are the tree's paths
source      the same network as PyTorch code that runs alone
summary     torchinfo's own table of the built module
checkpoint  weights with their network, in one safetensors file
onnx        the same network for Netron and other programs
foreign     weights that somebody else made: read, or refused with what to do
matching    which of them fit into a network
"""
