using System.Text.Json.Serialization;
using Secronna.Cli.Trail;
using Secronna.Protocol;

namespace Secronna.Cli.Output;

/// <summary>The source-generated JSON of types that only this program prints.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RevealResponse))]
[JsonSerializable(typeof(CompareResponse))]
[JsonSerializable(typeof(RestoreChange))]
[JsonSerializable(typeof(ImportedKey))]
[JsonSerializable(typeof(VerifiedTrail))]
[JsonSerializable(typeof(ReceiptEntry))]
internal sealed partial class CliJson : JsonSerializerContext;
