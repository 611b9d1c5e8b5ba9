# Shells find a completion by the command's name, which the files here do not have.
EXTRA_DIST += completion/xm.bash completion/xm.zsh
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions

install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(bashcompletiondir)' '$(DESTDIR)$(zshcompletiondir)'
	$(INSTALL_DATA) $(srcdir)/completion/xm.bash '$(DESTDIR)$(bashcompletiondir)/xm'
	$(INSTALL_DATA) $(srcdir)/completion/xm.zsh '$(DESTDIR)$(zshcompletiondir)/_xm'
uninstall-local:
	rm -f '$(DESTDIR)$(bashcompletiondir)/xm' '$(DESTDIR)$(zshcompletiondir)/_xm'
