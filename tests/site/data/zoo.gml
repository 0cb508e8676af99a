# Written by hand, in the way of the Internet Topology Zoo.
Creator "by hand"
Version 1
graph [
  DateObtained "2010"
  directed 0
  label "Dachnetz"
  Network "DACH"
  hierarchic 1
  node [
    id 0
    label "Z&uuml;rich"
    Country "Switzerland"
    Longitude 8.55
    Internal 1
    Latitude 47.37
  ]
  node [ id 1 label "K&#246;ln &#38; Bonn" Longitude 6.96 Latitude 50.94 ]
  node [ id 2 label "Wien" Longitude 16.37 Latitude 48.21
    graphics [ x 1.0 y -2.5E1 point [ z "a [b] # c" ] ] ]
  edge [ source 0 target 1 LinkSpeed "10" LinkSpeedUnits "G" LinkSpeedRaw 10000000000.0 LinkLabel "10 Gbps" id "e1" ]
  edge [
    source 1
    target 2
    LinkLabel "155 Mbps"
    id "e2"
  ]
  edge [ source 0 target 1 LinkSpeed "2.5" LinkSpeedUnits "G" key 1 ]
  edge [ source 0 target 2 LinkNote "dark" ]
]
