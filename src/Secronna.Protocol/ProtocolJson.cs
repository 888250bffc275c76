using System.Text.Json.Serialization;

namespace Secronna.Protocol;

/// <summary>
/// The JSON shapes of the contract that hold no values read from storage, compiled in: no reflection at run time.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProjectResponse))]
[JsonSerializable(typeof(EnvironmentResponse))]
[JsonSerializable(typeof(EnvironmentPathResponse))]
[JsonSerializable(typeof(DeletedResponse))]
[JsonSerializable(typeof(DestroyedResponse))]
[JsonSerializable(typeof(SecretSummary))]
[JsonSerializable(typeof(SecretResponse))]
[JsonSerializable(typeof(WrittenResponse))]
[JsonSerializable(typeof(IReadOnlyList<WrittenResponse>))]
[JsonSerializable(typeof(VersionResponse))]
[JsonSerializable(typeof(HistoryResponse))]
[JsonSerializable(typeof(RestoreResponse))]
[JsonSerializable(typeof(IReadOnlyList<CompareResponse>))]
[JsonSerializable(typeof(SearchResponse))]
[JsonSerializable(typeof(AuditResponse))]
[JsonSerializable(typeof(AuditProofResponse))]
[JsonSerializable(typeof(AuditKeysResponse))]
[JsonSerializable(typeof(SecretReadsResponse))]
[JsonSerializable(typeof(SecretReadersResponse))]
[JsonSerializable(typeof(WorkspaceReadsResponse))]
[JsonSerializable(typeof(KekResponse))]
[JsonSerializable(typeof(ApiKeyCreatedResponse))]
[JsonSerializable(typeof(ApiKeyResponse))]
[JsonSerializable(typeof(ApiKeyDeletedResponse))]
[JsonSerializable(typeof(MadeResponse))]
[JsonSerializable(typeof(AccessKeyCreatedResponse))]
[JsonSerializable(typeof(AccessKeyResponse))]
[JsonSerializable(typeof(RevokedResponse))]
[JsonSerializable(typeof(IReadOnlyList<Grant>))]
[JsonSerializable(typeof(AuthConfigResponse))]
[JsonSerializable(typeof(MeResponse))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(AuditMetadata))]
public sealed partial class ProtocolJson : JsonSerializerContext;
