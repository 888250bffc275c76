using System.Text.Json.Serialization;

namespace Secronna.Protocol;

/// <summary>
/// An entry of the audit trail. <c>ActorName</c> is the name that the actor has now, if it is a key of the workspace;
/// <c>Reason</c> is why the actor made the request, in its own words.
/// </summary>
public sealed record AuditResponse(
    string Id, long Sequence, Instant CreatedAt, string ActorType, string ActorId, string Action, string Outcome,
    string? RequestId, string? Ip, string? UserAgent, string? ActorName, string? Reason, AuditMetadata Metadata);

/// <summary>What an audited operation was about. Only the fields that apply are present.</summary>
public sealed record AuditMetadata
{
    /// <summary>The project's id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProjectId { get; init; }

    /// <summary>The environment's id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? EnvironmentId { get; init; }

    /// <summary>The secret's id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SecretId { get; init; }

    /// <summary>The secret's key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    /// <summary>The secret's path of slugs and key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Path { get; init; }

    /// <summary>The version's number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Version { get; init; }

    /// <summary>The id of a changed credential, KEK or workspace.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TargetId { get; init; }

    /// <summary>The name given to what was changed; of a restore, the time to which the environment was restored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>How many equal refusals this entry stands for (S19).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Count { get; init; }

    /// <summary>
    /// The number of this entry among the entries of one request that share a list too long for one entry; absent if the list is
    /// whole.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Part { get; init; }

    /// <summary>Of a comparison: the instant at which this environment was compared; absent for the time of the entry.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? At { get; init; }

    /// <summary>Of a comparison: the id of the environment that this one was compared with.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? With { get; init; }

    /// <summary>Of a comparison: the instant at which the other environment was compared.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? WithAt { get; init; }

    /// <summary>
    /// Of a comparison: the keys that both environments have; a long list goes on in further entries of the same request. Of a
    /// refusal: the keys among those asked for that the environment has.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Keys { get; init; }

    /// <summary>Of a refusal: how many more of the keys asked for the environment has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? KeysOmitted { get; init; }

    /// <summary>The epoch of the trail that the entry is in; absent in the first one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Epoch { get; init; }

    /// <summary>
    /// Of a changed access key or environment: what the change replaced. It has only the fields that changed. Of a new epoch: the
    /// last checkpoint that is known of the trail before it. Of a confirmation of the clock: the newest entry before it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AuditedFields? Before { get; init; }

    /// <summary>
    /// Of a changed access key or environment: what the change put in the place of <see cref="Before"/>. Of a new epoch: the tree
    /// that it goes on from.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AuditedFields? After { get; init; }
}

/// <summary>
/// The fields of an access key or an environment that a change changed, as they were before it or after it; or the tree of a trail
/// before or after the step to a new epoch.
/// </summary>
public sealed record AuditedFields
{
    /// <summary>The name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Of an environment: whether every reveal of its values must give a reason.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? RequireReason { get; init; }

    /// <summary>The grants. They are absent before the change also if the server could not read them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Grant>? Grants { get; init; }

    /// <summary>When the key expires. It is absent on one side alone if the key does not expire there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? ExpiresAt { get; init; }

    /// <summary>
    /// Of a confirmation of the clock: before it, the time of the newest entry; after it, what the clock showed.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? Clock { get; init; }

    /// <summary>The epoch of the trail.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Epoch { get; init; }

    /// <summary>The number of entries of the trail's tree.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Size { get; init; }

    /// <summary>The root of that tree, in lower-case hex.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Root { get; init; }
}
