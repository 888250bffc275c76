using System.Text.Json.Serialization;
using Secronna.Protocol;

namespace Secronna.Client.Http;

/// <summary>The error of an answer's envelope.</summary>
internal sealed record AnswerError(string Code, string Message, string? Param);

/// <summary>The metadata of an answer's envelope.</summary>
internal sealed record AnswerMeta(string? RequestId, string? Cursor);

/// <summary>Changes an access key to one that does not expire: here a null is sent, and not left out.</summary>
internal sealed record LiftedExpiry([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? ExpiresInDays);

/// <summary>
/// The JSON shapes that only clients write or read. They are source-generated, so that nothing is reflected at run time. Shapes
/// that the server writes too are in <see cref="ProtocolJson"/>. The shapes of reveals are here, because a server never holds
/// values as strings.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NameRequest))]
[JsonSerializable(typeof(EnvironmentChangeRequest))]
[JsonSerializable(typeof(WriteSecretRequest))]
[JsonSerializable(typeof(BatchRequest))]
[JsonSerializable(typeof(RevealPathRequest))]
[JsonSerializable(typeof(RevealEnvironmentRequest))]
[JsonSerializable(typeof(RollbackRequest))]
[JsonSerializable(typeof(RestoreRequest))]
[JsonSerializable(typeof(CompareRequest))]
[JsonSerializable(typeof(ApiKeyRequest))]
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
[JsonSerializable(typeof(IReadOnlyList<SecretReadsResponse>))]
[JsonSerializable(typeof(IReadOnlyList<KekResponse>))]
[JsonSerializable(typeof(IReadOnlyList<ApiKeyResponse>))]
[JsonSerializable(typeof(IReadOnlyList<AccessKeyResponse>))]
[JsonSerializable(typeof(LiftedExpiry))]
[JsonSerializable(typeof(AnswerError))]
[JsonSerializable(typeof(AnswerMeta))]
internal sealed partial class ClientJson : JsonSerializerContext;
