"""HOW one layer computes, in numpy, readable: the pages draw it, the tests hold it against torch.

windows        which input cells each output cell looks at
convolution    the sliding window
pooling        the largest, the mean, the power mean of a window
interpolation  another size, each new value a weighted mean of old ones
normalisation  batch normalisation and its running statistics
dropout        a random mask, and the factor that keeps the mean
linear         flatten, and the weighted sum of everything
softmax        from scores to probabilities to the loss
dense          Linear against convolution: weights, and a pattern that moves
kernels        presets such as Sobel and Gaussian, for any size
samples        small grids to slide over
"""
