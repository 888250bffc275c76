namespace Secronna.Crypto.Trail;

/// <summary>
/// The keys of an entry's map (docs/formats.md). The numbers are fixed for ever. Keys 0 to 11 are what the followers that
/// index the trail need, so that <see cref="TrailEntryFields"/> can stop reading after them.
/// </summary>
internal static class TrailEntryKey
{
    public const int Id = 0;
    public const int ActorType = 1;
    public const int ActorId = 2;
    public const int Action = 3;
    public const int Outcome = 4;
    public const int RequestId = 5;
    public const int ProjectId = 6;
    public const int EnvironmentId = 7;
    public const int SecretId = 8;
    public const int Version = 9;
    public const int BoxHash = 10;
    public const int Subject = 11;
    public const int Key = 12;
    public const int Folder = 13;
    public const int Path = 14;
    public const int TargetId = 15;
    public const int Name = 16;
    public const int Count = 17;
    public const int Ip = 18;
    public const int UserAgent = 19;
    public const int Reason = 20;
    public const int SessionId = 21;
    public const int Part = 22;
    public const int Details = 23;
    public const int Epoch = 24;
}
