using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Secronna.Crypto;
using Secronna.Server.Vault;

namespace Secronna.IntegrationTests.Vault.Tampering;

/// <summary>Makes stored versions look as they did before the secret's key was bound (S6): boxes of format 1.</summary>
internal static class OldBoxes
{
    /// <summary>Replaces both boxes of a version. The version keeps its KEK and its value.</summary>
    public static async Task MakeOldAsync(this TestInstallation installation, WrittenVersion written)
    {
        using var connection = installation.ConnectToTamper();
        (string Name, object? Value)[] address = [("@id", written.SecretId), ("@version", written.Version)];
        var kekId = connection.One<string>("SELECT kek_id FROM secret_versions WHERE secret_id = @id AND version = @version", address);
        using var kek = await installation.Services.GetRequiredService<KekLeases>().LeaseAsync(kekId);
        var binding = new VersionBinding(
            written.WorkspaceId, written.ProjectId, written.EnvironmentId, written.SecretId, "", written.Version);
        var (wrapped, ciphertext) = Seal(kek!, binding, Encoding.UTF8.GetBytes(written.Value));
        connection.Run(
            "UPDATE secret_versions SET wrapped_data_key = @wrapped, ciphertext = @box, tag = @tag WHERE secret_id = @id AND version = @version",
            [.. address, ("@wrapped", wrapped), ("@box", ciphertext), ("@tag", ciphertext[^16..])]);
    }

    private static (byte[] WrappedDataKey, byte[] Ciphertext) Seal(LeasedKek kek, in VersionBinding binding, byte[] value)
    {
        byte[] dataKey = RandomNumberGenerator.GetBytes(Aes256Gcm.KeySize), nonce = RandomNumberGenerator.GetBytes(Aes256Gcm.NonceSize);
        var forDataKey = AssociatedData.ForDataKey(new byte[AssociatedData.MaxSize], BoxFormat.First, binding, kek.Id);
        var forValue = AssociatedData.ForValue(new byte[AssociatedData.MaxSize], BoxFormat.First, binding);
        return (WrappedKeyBox.Seal(kek.Key, kek.Name, nonce, forDataKey, dataKey), ValueBox.Seal(dataKey, nonce, forValue, value));
    }
}
