package delivery

// numberZones holds, a line each, the zones in which a number may ring and the prefixes (country
// code and what follows) for which that holds; the longest prefix that fits decides. Zones that
// keep the same clock as another of their line are left out. docs/deliveries.md tells what is
// covered.
const numberZones = `
America/New_York,America/Chicago,America/Denver,America/Phoenix,America/Los_Angeles,America/Anchorage,Pacific/Honolulu:1
America/New_York:1201 1202 1203 1207 1212 1215 1216 1220 1223 1227 1229 1231 1234 1239 1240 1248 1252 1260 1267 1269 1272 1276 1283 1301 1302 1304 1305 1313 1315 1317 1321 1324 1326 1329 1330 1332 1336 1339 1347 1351 1352 1363 1380 1386 1401 1404 1407 1410 1412 1413 1419 1434 1440 1443 1445 1448 1463 1470 1472 1475 1478 1484 1508 1513 1516 1517 1518 1540 1551 1561 1567 1570 1571 1582 1585 1586 1603 1607 1609 1610 1614 1616 1617 1631 1640 1645 1646 1656 1667 1678 1680 1681 1686 1689 1703 1704 1706 1716 1717 1718 1724 1727 1728 1732 1734 1740 1743 1754 1757 1762 1765 1770 1771 1772 1774 1781 1786 1802 1803 1804 1810 1813 1814 1821 1826 1828 1835 1838 1839 1843 1845 1848 1854 1856 1857 1859 1860 1862 1863 1864 1878 1904 1908 1910 1912 1914 1917 1919 1929 1934 1937 1941 1943 1947 1948 1954 1959 1973 1978 1980 1984 1989
America/New_York,America/Chicago:1219 1270 1364 1423 1502 1574 1606 1812 1850 1865 1906 1930 1931
America/Chicago:1205 1210 1214 1217 1218 1224 1225 1228 1235 1251 1254 1256 1262 1274 1281 1309 1312 1314 1316 1318 1319 1320 1325 1327 1331 1334 1337 1346 1353 1361 1402 1405 1409 1414 1417 1430 1447 1464 1469 1479 1501 1504 1507 1512 1515 1531 1534 1539 1557 1563 1572 1573 1580 1601 1608 1612 1615 1618 1629 1630 1636 1641 1651 1659 1660 1662 1682 1708 1712 1713 1715 1726 1730 1731 1737 1763 1769 1773 1779 1806 1815 1816 1817 1830 1832 1847 1870 1872 1901 1903 1913 1918 1920 1936 1938 1940 1945 1952 1956 1972 1975 1979 1985
America/Chicago,America/Denver:1308 1432 1605 1620 1701 1785
America/Denver:1303 1307 1385 1406 1435 1505 1575 1719 1720 1748 1801 1915 1970 1983
America/Denver,America/Los_Angeles:1208 1458 1541 1775 1986
America/Phoenix:1480 1520 1602 1623
America/Phoenix,America/Denver:1928
America/Los_Angeles:1206 1209 1213 1253 1279 1310 1323 1341 1350 1360 1369 1408 1415 1424 1425 1442 1503 1509 1510 1530 1559 1562 1564 1619 1626 1628 1650 1657 1661 1669 1702 1707 1714 1725 1738 1747 1760 1805 1818 1820 1831 1840 1858 1909 1916 1925 1949 1951 1971
America/Anchorage,America/Adak:1907
Pacific/Honolulu:1808
America/Puerto_Rico:1787 1939
America/Toronto:1226 1249 1263 1289 1343 1354 1365 1367 1382 1416 1437 1438 1450 1468 1514 1519 1548 1579 1613 1647 1683 1705 1742 1753 1905 1942
America/Toronto,America/Halifax:1418 1581 1819 1873
America/Toronto,America/Winnipeg:1807
America/Winnipeg:1204 1431 1584
America/Regina,America/Edmonton:1306 1474 1639
America/Edmonton:1368 1403 1587 1780 1825
America/Vancouver,America/Edmonton:1236 1250 1257 1672 1778
America/Vancouver:1604
America/Whitehorse,America/Edmonton,America/Winnipeg,America/Toronto:1867
America/Halifax:1428 1506 1782 1902
America/St_Johns,America/Halifax:1709 1879
America/Nassau:1242
America/Barbados:1246
America/Anguilla:1264
America/Antigua:1268
America/Tortola:1284
America/St_Thomas:1340
America/Cayman:1345
Atlantic/Bermuda:1441
America/Grenada:1473
America/Grand_Turk:1649
America/Jamaica:1658 1876
America/Montserrat:1664
Pacific/Saipan:1670
Pacific/Guam:1671
Pacific/Pago_Pago:1684
America/Curacao:1721 5999
America/St_Lucia:1758
America/Dominica:1767
America/St_Vincent:1784
America/Santo_Domingo:1809 1829 1849
America/Port_of_Spain:1868
America/St_Kitts:1869
Africa/Cairo:20
Africa/Juba:211
Africa/Casablanca:212
Africa/Algiers:213
Africa/Tunis:216
Africa/Tripoli:218
Africa/Abidjan:220 221 222 223 224 225 226 228 231 232 233
Africa/Lagos:227 229 234 235 236 237 240 241 242 244
Africa/Lagos,Africa/Maputo:243
Africa/Khartoum:249
Africa/Maputo:250 257 258 260 263 265 267
Africa/Nairobi:251 252 253 254 255 256 261
Africa/Windhoek:264
Africa/Johannesburg:27 266 268
Europe/Athens:30
Europe/Amsterdam:31
Europe/Brussels:32
Europe/Paris:33
Europe/Madrid,Atlantic/Canary:34
Atlantic/Canary:34822 34828 34922 34928
Europe/Madrid:3491 3493 3495 3496 3481 3483
Europe/Lisbon,Atlantic/Azores:351
Europe/Lisbon:35121 35122 35123
Atlantic/Azores:351292 351295 351296
Europe/Luxembourg:352
Europe/Dublin:353
Atlantic/Reykjavik:354
Europe/Tirane:355
Europe/Malta:356
Asia/Nicosia:357
Europe/Helsinki:358
Europe/Sofia:359
Europe/Budapest:36
Europe/Vilnius:370
Europe/Riga:371
Europe/Tallinn:372
Europe/Chisinau:373
Asia/Yerevan:374
Europe/Minsk:375
Europe/Andorra:376
Europe/Monaco:377
Europe/Kyiv:380
Europe/Belgrade:381 382 383 385 386 387 389
Europe/Rome:39
Europe/Bucharest:40
Europe/Zurich:41 423
Europe/Prague:420 421
Europe/Vienna:43
Europe/London:44
Europe/Copenhagen:45
Europe/Stockholm:46
Europe/Oslo:47
Europe/Warsaw:48
Europe/Berlin:49
America/Belize:501
America/Guatemala:502
America/El_Salvador:503
America/Tegucigalpa:504
America/Managua:505
America/Costa_Rica:506
America/Panama:507
America/Port-au-Prince:509
America/Lima:51
America/Mexico_City,America/Matamoros,America/Ciudad_Juarez,America/Tijuana,America/Hermosillo,America/Cancun:52
America/Mexico_City:5255 5256 5233 5281 52222 52442
America/Tijuana:52664 52686
America/Hermosillo:52662
America/Mazatlan:52667 52669
America/Cancun:52998
America/Havana:53
America/Argentina/Buenos_Aires:54
America/Sao_Paulo,America/Manaus,America/Rio_Branco:55
America/Sao_Paulo:5511 5512 5513 5514 5515 5516 5517 5518 5519 5521 5522 5524 5527 5528 5531 5532 5533 5534 5535 5537 5538 5541 5542 5543 5544 5545 5546 5547 5548 5549 5551 5553 5554 5555 5561 5562 5563 5564 5571 5573 5574 5575 5577 5579 5581 5582 5583 5584 5585 5586 5587 5588 5589 5591 5593 5594 5596 5598 5599
America/Rio_Branco:5568
America/Porto_Velho:5569
America/Cuiaba:5565 5566
America/Campo_Grande:5567
America/Manaus,America/Rio_Branco:5597
America/Manaus:5592
America/Boa_Vista:5595
America/Santiago,America/Punta_Arenas,Pacific/Easter:56
America/Santiago:562
America/Bogota:57
America/Caracas:58
America/La_Paz:591
America/Guyana:592
America/Guayaquil,Pacific/Galapagos:593
America/Guayaquil:5932 5934
America/Asuncion:595
America/Montevideo:598
Asia/Kuala_Lumpur:60
Australia/Sydney,Australia/Brisbane,Australia/Adelaide,Australia/Darwin,Australia/Perth:61
Australia/Sydney,Australia/Brisbane,Australia/Adelaide:612
Australia/Melbourne:613
Australia/Brisbane,Australia/Sydney:617
Australia/Sydney,Australia/Adelaide,Australia/Darwin,Australia/Perth:618
Australia/Perth:6186 6189
Asia/Jakarta,Asia/Makassar,Asia/Jayapura:62
Asia/Jakarta:6221 6222 6224 6231
Asia/Makassar:62361 62411
Asia/Manila:63
Pacific/Auckland,Pacific/Chatham:64
Pacific/Auckland:644 646 647 649 6421 6422 6427 6429
Asia/Singapore:65
Asia/Bangkok:66
Asia/Dili:670
Asia/Brunei:673
Pacific/Fiji:679
Europe/Kaliningrad,Europe/Moscow,Europe/Samara,Asia/Yekaterinburg,Asia/Omsk,Asia/Krasnoyarsk,Asia/Irkutsk,Asia/Yakutsk,Asia/Vladivostok,Asia/Magadan,Asia/Kamchatka:7
Europe/Moscow:7495 7496 7498 7499 7812
Asia/Almaty,Asia/Aqtau:76 77
Asia/Tokyo:81
Asia/Seoul:82
Asia/Ho_Chi_Minh:84
Asia/Hong_Kong:852
Asia/Macau:853
Asia/Phnom_Penh:855
Asia/Vientiane:856
Asia/Shanghai:86
Asia/Dhaka:880
Asia/Taipei:886
Europe/Istanbul:90
Asia/Kolkata:91
Asia/Karachi:92
Asia/Kabul:93
Asia/Colombo:94
Asia/Yangon:95
Indian/Maldives:960
Asia/Beirut:961
Asia/Amman:962
Asia/Damascus:963
Asia/Baghdad:964
Asia/Kuwait:965
Asia/Riyadh:966
Asia/Aden:967
Asia/Muscat:968
Asia/Gaza:970
Asia/Dubai:971
Asia/Jerusalem:972
Asia/Bahrain:973
Asia/Qatar:974
Asia/Thimphu:975
Asia/Ulaanbaatar,Asia/Hovd:976
Asia/Kathmandu:977
Asia/Tehran:98
Asia/Dushanbe:992
Asia/Ashgabat:993
Asia/Baku:994
Asia/Tbilisi:995
Asia/Bishkek:996
Asia/Tashkent:998
`
