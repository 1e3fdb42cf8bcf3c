<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Regularization.py at master</title>
</head>
<body>
<table><tr><td>1</td><td>import numpy as np</td></tr></table>
</body>
</html>
