namespace Secronna.Server.Installation;

/// <summary>Ends the process at once, without running anything more of it (S30).</summary>
internal static class FailFast
{
    /// <summary>The disk did not confirm a write: nothing that is in memory may be acknowledged any more.</summary>
    public static void OnFsyncFailure(string reason) =>
        Environment.FailFast($"secronna-server ends: {reason}. What was written last may be lost; start it again when the disk is mended");
}
