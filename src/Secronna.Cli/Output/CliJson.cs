using System.Text.Json.Serialization;
using Secronna.Protocol;

namespace Secronna.Cli.Output;

/// <summary>The JSON shapes that only this program prints, compiled in.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RevealResponse))]
[JsonSerializable(typeof(CompareResponse))]
[JsonSerializable(typeof(RestoreChange))]
[JsonSerializable(typeof(ImportedKey))]
internal sealed partial class CliJson : JsonSerializerContext;
