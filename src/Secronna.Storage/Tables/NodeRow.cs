namespace Secronna.Storage.Tables;

/// <summary>A server that runs on this database. Times are in microseconds since 1970, by the database's clock.</summary>
/// <param name="Id">The node's id, which is new with each start.</param>
/// <param name="Name">The name by which operators know the server.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="SeenAt">When it last reported that it runs.</param>
/// <param name="MasterKeyIds">The ids of the master keys that it can use.</param>
public sealed record NodeRow(string Id, string Name, long StartedAt, long SeenAt, IReadOnlyList<string> MasterKeyIds);
