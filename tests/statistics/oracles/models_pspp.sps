* Outside values for tests/statistics/test_models.py, frequency weights: pspp models_pspp.sps -o models_pspp.csv (PSPP 1.6.2).
SET DECIMAL=DOT.
GET DATA /TYPE=TXT /FILE="models_cases.csv" /ARRANGEMENT=DELIMITED /DELIMITERS="," /FIRSTCASE=2
 /VARIABLES=h F2 k F2 y F8.2 b F1 o F1 m F1 c F2 x F8.1 g2 F1 g3 F1 d F1 f F1 w F8.3.
SET FORMAT=F24.14.
WEIGHT BY f.
REGRESSION /VARIABLES=x g2 g3 d /DEPENDENT=y /STATISTICS=COEFF R ANOVA CI(95) TOL.
LOGISTIC REGRESSION b WITH x g2 g3 d /PRINT=CI(95) /CRITERIA=BCON(0.0000000001) LCON(0) ITERATE(50).
