"""The frozen records that the wings talk in; standard library only."""
