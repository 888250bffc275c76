using System.Text.Json.Serialization;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Http;

/// <summary>
/// The JSON shapes that the fake writes and that <see cref="ProtocolJson"/> lacks. They are source-generated, so that nothing is
/// reflected at run time.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NameRequest))]
[JsonSerializable(typeof(WriteSecretRequest))]
[JsonSerializable(typeof(RevealResponse))]
[JsonSerializable(typeof(RevealPathResponse))]
[JsonSerializable(typeof(RevealEnvironmentResponse))]
internal sealed partial class FakeJson : JsonSerializerContext;
