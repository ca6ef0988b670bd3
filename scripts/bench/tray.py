"""An empty tray program of PySide6: an icon with one menu entry. The reference for Stratus's start and memory."""

import sys

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

app = QApplication(sys.argv)
picture = QPixmap(64, 64)
picture.fill(QColor("steelblue"))
icon, menu = QSystemTrayIcon(QIcon(picture)), QMenu()
menu.addAction("Quit", app.quit)
icon.setContextMenu(menu)
icon.show()
QTimer.singleShot(0, lambda: print("ready", flush=True))
sys.exit(app.exec())
