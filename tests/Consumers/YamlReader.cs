using YamlDotNet.RepresentationModel;

namespace Secronna.Tests.Consumers;

/// <summary>YamlDotNet, a library for YAML.</summary>
internal static class YamlReader
{
    /// <summary>The pairs of the text's one mapping.</summary>
    public static IReadOnlyList<(string Key, string Value)> Read(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        var mapping = (YamlMappingNode)stream.Documents.Single().RootNode;
        return [.. mapping.Children.Select(pair => (((YamlScalarNode)pair.Key).Value!, ((YamlScalarNode)pair.Value).Value!))];
    }
}
