"""HOW one layer computes, in numpy, readable: the pages draw it, the tests hold it against torch.

convolution  the sliding window
kernels      presets such as Sobel and Gaussian, for any size
samples      small grids to slide over
"""
