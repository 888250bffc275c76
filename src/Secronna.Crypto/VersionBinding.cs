namespace Secronna.Crypto;

/// <summary>Where a version of a secret belongs. Its value and its data key are bound to all six fields (S6).</summary>
/// <param name="WorkspaceId">The workspace. This and the other ids are 1 to 128 bytes of UTF-8.</param>
/// <param name="ProjectId">The project in the workspace.</param>
/// <param name="EnvironmentId">The environment in the project.</param>
/// <param name="SecretId">The secret in the environment.</param>
/// <param name="Key">
/// The secret's key, 1 to 256 bytes of UTF-8. Versions sealed in the first format are not bound to it.
/// </param>
/// <param name="Version">The number of the version, counted from 1.</param>
public readonly record struct VersionBinding(
    string WorkspaceId, string ProjectId, string EnvironmentId, string SecretId, string Key, int Version)
{
    /// <summary>The most bytes that a secret's key may have.</summary>
    internal const int MaxKeySize = 256;
}
