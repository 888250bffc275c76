using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Secronna.Crypto;
using Secronna.Server.Installation;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Secrets;

/// <summary>
/// The revision of an environment's values. It is the ETag of the values. It is a keyed hash over the environment's id, over the
/// id, version and ciphertext tag of each value, and over the ids of the secrets that can no longer be revealed. Neither a value
/// nor a ciphertext is needed for it.
/// </summary>
internal static class EnvironmentRevision
{
    // Stands for the version and tag of a secret that can no longer be revealed.
    private static readonly byte[] NoVersion = new byte[sizeof(int) + Aes256Gcm.TagSize];

    /// <summary>The revision, in base64url.</summary>
    public static string Compute(
        InstallationKeys keys, EnvironmentRow environment, List<VersionTagRow> rows, List<SecretRow> unrecoverable)
    {
        // Different states give different bytes, because all ids have the same length.
        var state = new MemoryStream();
        state.Write(Encoding.ASCII.GetBytes(environment.Id));
        Span<byte> version = stackalloc byte[sizeof(int)];
        foreach (var row in rows)
        {
            BinaryPrimitives.WriteInt32BigEndian(version, row.Version);
            state.Write(Encoding.ASCII.GetBytes(row.Secret.Id));
            state.Write(version);
            state.Write(row.Tag);
        }

        foreach (var secret in unrecoverable)
        {
            state.Write(Encoding.ASCII.GetBytes(secret.Id));
            state.Write(NoVersion);
        }

        Span<byte> hash = stackalloc byte[KeyedHash.Size];
        keys.HashEtag(state.GetBuffer().AsSpan(0, (int)state.Length), hash);
        return Base64Url.EncodeToString(hash);
    }
}
