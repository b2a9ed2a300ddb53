public import ArgumentParser
public import Traces

extension TraceAssumption: ExpressibleByArgument {}
