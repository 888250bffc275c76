using YamlDotNet.RepresentationModel;

namespace Secronna.Tests.Consumers;

/// <summary>Reads YAML with the library YamlDotNet.</summary>
internal static class YamlReader
{
    /// <summary>Returns the keys and values of the text's only mapping.</summary>
    public static IReadOnlyList<(string Key, string Value)> Read(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        var mapping = (YamlMappingNode)stream.Documents.Single().RootNode;
        return [.. mapping.Children.Select(pair => (((YamlScalarNode)pair.Key).Value!, ((YamlScalarNode)pair.Value).Value!))];
    }
}
