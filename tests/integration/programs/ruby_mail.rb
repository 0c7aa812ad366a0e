# SPDX-License-Identifier: MIT
require 'mail'

mail = Mail.new do
  from 'Web <web@example.test>'
  to 'alice@example.test'
  cc 'Bob <bob@example.test>'
  bcc 'root@example.test'
  subject "Gr\u00fc\u00dfe"
  body "eins\n.\n..zwei\nGr\u00fc\u00dfe\n"
end
mail.charset = 'UTF-8'
mail.delivery_method :sendmail
mail.deliver!
