using System.Text.Json.Serialization;
using Secronna.Protocol;

namespace Secronna.Cli.Output;

/// <summary>The source-generated JSON of types that only this program prints.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RevealResponse))]
[JsonSerializable(typeof(CompareResponse))]
[JsonSerializable(typeof(RestoreChange))]
[JsonSerializable(typeof(ImportedKey))]
internal sealed partial class CliJson : JsonSerializerContext;
