"""Values become plotly figures; no torch, and every text comes in translated.

costs  where a network's parameters and multiply-adds are
"""
