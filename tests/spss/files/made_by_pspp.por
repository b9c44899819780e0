ASCII SPSS PORT FILE                    ASCII SPSS PORT FILE                    
ASCII SPSS PORT FILE                    ASCII SPSS PORT FILE                    
ASCII SPSS PORT FILE                    0000000000000000000000000000000000000000
0000000000000000000000000123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst
uvwxyz .<(+|&[]!$*);^-/|,%_>?`:$@'="000000~-0000123456789000-()0{}\0000000000000
00000000000000000000000000000000000000000000000000000000SPSSPORTA8/202611226/012
4241E/GNU pspp 1.6.23J/x86_64-pc-linux-gnu61/W46/5B/70/2/ID5/8/0/5/8/0/839/CE/Id
entificativo70/1/X5/L/A/5/L/A/9-3A/88B/C9/L'importo75/1/S1/5/0/1/5/0/85/xx   C8/
Risposta710/1/L1/10/0/1/10/0/70/1/DM/K/0/M/K/0/70/1/W5/6/2/5/6/2/D1/2/ID2/1/3/un
o39/6/non soD1/1/S2/5/no   2/No5/si   9/Si, certoE2/11/DOCUMENT Una riga di docu
mento.O/   (Entered 22 Nov 2026)F1/.3/5/si   10/primo testo                   IK
S1I00/1.F/2/-4H56.NK3/5/no   10/                              I1OC+3/.F/3/6850QA
888H+4/5/xx   10/Perche no, disse              *.1/4/*.5/     10/fine           
               9IACADI00/2/5/2CR-7/5/si   10/Z                             9I1T7
NA/.7F/39/8B/5/no   10/{a}|b~c^d[e]                  J3FA200/3/ZZZZZZZZZZZZZZZZZ
