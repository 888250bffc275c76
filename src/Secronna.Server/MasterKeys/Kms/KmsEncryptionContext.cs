using Secronna.Crypto;

namespace Secronna.Server.MasterKeys.Kms;

/// <summary>
/// The encryption context that AWS KMS authenticates beside its ciphertext (S6): where the wrapped key belongs, and the header of
/// the box. KMS writes it to its log, which is harmless: nothing in it is secret.
/// </summary>
internal static class KmsEncryptionContext
{
    /// <summary>The context for a binding; null if an id of the binding is missing.</summary>
    public static Dictionary<string, string>? For(MasterKeyBinding binding)
    {
        if (string.IsNullOrEmpty(binding.MasterKeyId))
        {
            return null;
        }

        var context = new Dictionary<string, string>
        {
            ["purpose"] = binding.IsInstallationKey ? "secronna installation key" : "secronna kek",
            ["box"] = Convert.ToHexStringLower(ServiceKeyBox.Header(binding.MasterKeyId)),
            ["masterKey"] = binding.MasterKeyId,
        };
        return binding.IsInstallationKey || TryAddKekIds(context, binding) ? context : null;
    }

    private static bool TryAddKekIds(Dictionary<string, string> context, MasterKeyBinding binding)
    {
        (context["workspace"], context["project"], context["kek"]) = (binding.WorkspaceId!, binding.ProjectId!, binding.KekId!);
        return context.Values.All(id => !string.IsNullOrEmpty(id));
    }
}
