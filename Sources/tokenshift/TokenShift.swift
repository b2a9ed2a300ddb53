import ArgumentParser

@main
struct TokenShift: ParsableCommand {}
