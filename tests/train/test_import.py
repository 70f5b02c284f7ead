"""A page watches runs without torch."""

import subprocess
import sys

LIGHT = ["config", "events", "runs", "history", "devices", "locks"]


def test_the_light_rooms_import_neither_torch_nor_numpy_nor_streamlit():
    code = "import sys\n" + "".join(f"import cnnviz.train.{name}\n" for name in LIGHT)
    code += "print(sorted({'torch', 'numpy', 'streamlit', 'torchvision', 'PIL'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
