* Makes made_by_pspp.por, .sav (three compressions) with GNU PSPP 1.6.2: pspp made_by_pspp.sps
DATA LIST LIST /id (F8.0) x (F20.10) s (A5) l (A30) d (F20.0) w (F5.2).
BEGIN DATA
1 0.1 "si" "primo testo" 13630723200 1.5
2 -123456.789 "no" "" 13166064000 0.5
3 1e20 "xx" "Perche no, disse" . 1
4 . "" "fine" 6306150067200 2
5 1e-7 "si" "Z" 7000000000 0.25
99 251 "no" "{a}|b~c^d[e]" 13936321800 3
END DATA.
FORMATS d (DATETIME20).
VARIABLE LABELS id 'Identificativo' x "L'importo" s 'Risposta'.
VALUE LABELS id 1 'uno' 99 'non so' /s 'si' 'Si, certo' 'no' 'No'.
MISSING VALUES id (99) x (LO THRU -100, 251) s ('xx').
DOCUMENT Una riga di documento.
WEIGHT BY w.
FILE LABEL Un file fatto da PSPP.
EXPORT OUTFILE='made_by_pspp.por'.
SAVE OUTFILE='made_by_pspp_none.sav' /UNCOMPRESSED.
SAVE OUTFILE='made_by_pspp_bytecode.sav' /COMPRESSED.
SAVE OUTFILE='made_by_pspp_zlib.zsav' /ZCOMPRESSED.
LIST.
DISPLAY DICTIONARY.
