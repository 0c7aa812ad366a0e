# SPDX-License-Identifier: MIT
import subprocess
import sys
from email.message import EmailMessage

message = EmailMessage()
message["From"] = "Web <web@example.test>"
message["To"] = "alice@example.test, Bob <bob@example.test>"
message["Bcc"] = "root@example.test"
message["Subject"] = "Gr\u00fc\u00dfe"
message.set_content("eins\n.\n..zwei\nGr\u00fc\u00dfe\n", cte="8bit")
message.add_attachment(bytes(range(256)), maintype="image", subtype="gif")
command = ["/usr/sbin/sendmail", "-t", "-oi"]
sys.exit(subprocess.run(command, input=message.as_bytes()).returncode)
