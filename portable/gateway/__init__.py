"""The local gateway: the OpenFaaS REST API over a plain Docker engine, or over processes of this machine."""

VERSION = "0.1.0"
