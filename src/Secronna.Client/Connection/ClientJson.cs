using System.Text.Json.Serialization;
using Secronna.Protocol;

namespace Secronna.Client.Connection;

/// <summary>What is wrong, in an answer's envelope.</summary>
internal sealed record ErrorBody(string Code, string Message);

/// <summary>What an answer's envelope says of the answer.</summary>
internal sealed record Meta(string? RequestId, string? Cursor, bool HasMore);

/// <summary>The JSON shapes that a client writes and reads and a server never makes from strings, compiled in.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NameRequest))]
[JsonSerializable(typeof(WriteSecretRequest))]
[JsonSerializable(typeof(BatchRequest))]
[JsonSerializable(typeof(RevealPathRequest))]
[JsonSerializable(typeof(RevealEnvironmentRequest))]
[JsonSerializable(typeof(RollbackRequest))]
[JsonSerializable(typeof(RestoreRequest))]
[JsonSerializable(typeof(CompareRequest))]
[JsonSerializable(typeof(AccessKeyRequest))]
[JsonSerializable(typeof(AccessKeyChangeRequest))]
[JsonSerializable(typeof(RevealResponse))]
[JsonSerializable(typeof(RevealPathResponse))]
[JsonSerializable(typeof(RevealEnvironmentResponse))]
[JsonSerializable(typeof(IReadOnlyList<ProjectResponse>))]
[JsonSerializable(typeof(IReadOnlyList<EnvironmentResponse>))]
[JsonSerializable(typeof(IReadOnlyList<SecretSummary>))]
[JsonSerializable(typeof(IReadOnlyList<VersionResponse>))]
[JsonSerializable(typeof(IReadOnlyList<HistoryResponse>))]
[JsonSerializable(typeof(IReadOnlyList<SearchResponse>))]
[JsonSerializable(typeof(IReadOnlyList<AuditResponse>))]
[JsonSerializable(typeof(IReadOnlyList<KekResponse>))]
[JsonSerializable(typeof(IReadOnlyList<ApiKeyResponse>))]
[JsonSerializable(typeof(IReadOnlyList<AccessKeyResponse>))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(Meta))]
internal sealed partial class ClientJson : JsonSerializerContext;
