lint:
	swift format lint --strict --recursive Sources Tests Package.swift
