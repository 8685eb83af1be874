"""CI servers and the local runner, one package or file each; `table` names them all."""
