namespace Secronna.Server.Trail;

/// <summary>Another node has taken over a follower, or has moved its place. The transaction must keep nothing.</summary>
internal sealed class FollowerLostException() : Exception("another node has taken over");
