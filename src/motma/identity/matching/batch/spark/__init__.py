"""The same matching on Spark: joins find the pairs, our own code weighs them and decides.

`pyspark` is an optional extra, so it is imported where it is used and nowhere else.
"""
