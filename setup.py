"""What pyproject.toml cannot say: the sample organisation, drawn into assets/, is installed inside the package."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithSample(build_py):
    """An editable install reads the sample where it is; see PLACES in dsr_desk.app.sample."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            shutil.copytree("assets/sample", Path(self.build_lib) / "dsr_desk" / "sample", dirs_exist_ok=True)


setup(cmdclass={"build_py": WithSample})
