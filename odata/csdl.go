package odata

import "encoding/xml"

// The elements of CSDL that are used, as encoding/xml writes them.
type (
	csdl struct {
		XMLName   xml.Name      `xml:"edmx:Edmx"`
		Namespace string        `xml:"xmlns:edmx,attr"`
		Version   string        `xml:"Version,attr"`
		Reference csdlReference `xml:"edmx:Reference"`
		Schema    csdlSchema    `xml:"edmx:DataServices>Schema"`
	}
	csdlReference struct {
		URI     string `xml:"Uri,attr"`
		Include struct {
			Namespace string `xml:"Namespace,attr"`
		} `xml:"edmx:Include"`
	}
	csdlSchema struct {
		XMLNS     string `xml:"xmlns,attr"`
		Namespace string `xml:"Namespace,attr"`
		Types     []csdlType
		Container csdlContainer
	}
	csdlType struct {
		XMLName     xml.Name `xml:"EntityType"`
		Name        string   `xml:"Name,attr"`
		Key         csdlKey  `xml:"Key>PropertyRef"`
		Properties  []csdlProperty
		Navigations []csdlNavigation
	}
	csdlKey struct {
		Name string `xml:"Name,attr"`
	}
	csdlProperty struct {
		XMLName   xml.Name `xml:"Property"`
		Name      string   `xml:"Name,attr"`
		Type      Type     `xml:"Type,attr"`
		Nullable  string   `xml:"Nullable,attr,omitempty"`
		MaxLength int      `xml:"MaxLength,attr,omitempty"`
		Precision int      `xml:"Precision,attr,omitempty"`
	}
	csdlNavigation struct {
		XMLName    xml.Name        `xml:"NavigationProperty"`
		Name       string          `xml:"Name,attr"`
		Type       string          `xml:"Type,attr"`
		Partner    string          `xml:"Partner,attr,omitempty"`
		Constraint *csdlConstraint `xml:"ReferentialConstraint"`
	}
	csdlConstraint struct {
		Property   string `xml:"Property,attr"`
		Referenced string `xml:"ReferencedProperty,attr"`
	}
	csdlContainer struct {
		XMLName xml.Name `xml:"EntityContainer"`
		Name    string   `xml:"Name,attr"`
		Sets    []csdlSet
	}
	csdlSet struct {
		XMLName     xml.Name `xml:"EntitySet"`
		Name        string   `xml:"Name,attr"`
		Type        string   `xml:"EntityType,attr"`
		Bindings    []csdlBinding
		Annotations []csdlAnnotation
	}
	csdlBinding struct {
		XMLName xml.Name `xml:"NavigationPropertyBinding"`
		Path    string   `xml:"Path,attr"`
		Target  string   `xml:"Target,attr"`
	}
	csdlAnnotation struct {
		XMLName xml.Name    `xml:"Annotation"`
		Term    string      `xml:"Term,attr"`
		Bool    string      `xml:"Bool,attr,omitempty"`
		Texts   *csdlTexts  `xml:"Collection"`
		Record  *csdlRecord `xml:"Record"`
	}
	csdlTexts struct {
		Texts []string `xml:"String"`
	}
	csdlRecord struct {
		Value csdlValue `xml:"PropertyValue"`
	}
	csdlValue struct {
		Property string `xml:"Property,attr"`
		Bool     string `xml:"Bool,attr"`
	}
)
