"""Packs the linked engine as a wheel; what is linked is decided by compile.sh and handed over in the environment."""

import os

from setuptools import Extension, setup

setup(
    name="pjsua2",
    version=os.environ["ENGINE_VERSION"],
    description="pjproject's SIP user agent for Python, as built for Keepline",
    url="https://www.pjsip.org",
    license="GPL-3.0-or-later",
    py_modules=["pjsua2"],
    ext_modules=[
        Extension(
            "_pjsua2",
            sources=[],
            extra_objects=["pjsua2_wrap.o"],
            extra_link_args=[*os.environ["ENGINE_LINK"].split(), "-Wl,-s"],
            language="c++",
        )
    ],
)
