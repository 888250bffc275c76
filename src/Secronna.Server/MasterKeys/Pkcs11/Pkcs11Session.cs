using System.Text;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>An open session at a token, logged in; for one call at a time. <see cref="Pkcs11Cipher"/> encrypts with its keys.</summary>
internal sealed class Pkcs11Session(Pkcs11Module module, ulong handle) : IDisposable
{
    /// <summary>The length of a master key in bytes: AES-256.</summary>
    public const ulong KeySize = 32;

    private const int LongestLabel = 64;
    private const int Batch = 64;

    public Pkcs11Library Native => module.Native;

    public ulong Handle => handle;

    /// <summary>The ids of all master keys in the token, ordered; one that two objects have is there twice.</summary>
    /// <exception cref="Pkcs11Exception">The token or the session is in trouble.</exception>
    public List<string> ListKeyIds()
    {
        using var template = Pkcs11Attributes.OfKeys(null);
        var ids = Find(template).Select(LabelOfMasterKey).OfType<string>().Where(MasterKeyId.IsValid).ToList();
        ids.Sort(StringComparer.Ordinal);
        return ids;
    }

    /// <summary>The objects that are the master key with this id: one, if all is well.</summary>
    /// <exception cref="Pkcs11Exception">The token or the session is in trouble.</exception>
    public List<ulong> FindKeys(string id)
    {
        if (!MasterKeyId.IsValid(id))
        {
            return [];
        }

        using var template = Pkcs11Attributes.OfKeys(id);
        return Find(template).FindAll(key => LabelOfMasterKey(key) == id);
    }

    /// <summary>Makes a new random key in the token.</summary>
    /// <exception cref="Pkcs11Exception">The token refuses it, or is in trouble.</exception>
    public void Generate(string id)
    {
        using var template = Pkcs11Attributes.OfNewKey(id);
        var mechanism = CkmUtils.CreateMechanism(CKM.CKM_AES_KEY_GEN);
        var key = 0UL;
        Pkcs11Module.Require(
            Native.C_GenerateKey(handle, ref mechanism, template.All, template.Count, ref key), nameof(Native.C_GenerateKey));
    }

    public void Dispose() => Native.C_CloseSession(handle);

    private List<ulong> Find(Pkcs11Attributes template)
    {
        RequireLogin();
        Pkcs11Module.Require(Native.C_FindObjectsInit(handle, template.All, template.Count), nameof(Native.C_FindObjectsInit));
        var found = new List<ulong>();
        var batch = new ulong[Batch];
        var count = 0UL;
        do
        {
            Pkcs11Module.Require(Native.C_FindObjects(handle, batch, Batch, ref count), nameof(Native.C_FindObjects));
            found.AddRange(batch.AsSpan(0, (int)count));
        }
        while (count > 0);
        Pkcs11Module.Require(Native.C_FindObjectsFinal(handle), nameof(Native.C_FindObjectsFinal));
        return found;
    }

    // To who isn't logged in, a token shows no private object, and doesn't say that it hides any.
    private void RequireLogin()
    {
        var info = default(CK_SESSION_INFO);
        Pkcs11Module.Require(Native.C_GetSessionInfo(handle, ref info), nameof(Native.C_GetSessionInfo));
        if ((CKS)info.State is not (CKS.CKS_RO_USER_FUNCTIONS or CKS.CKS_RW_USER_FUNCTIONS))
        {
            throw new Pkcs11Exception(nameof(Native.C_GetSessionInfo), CKR.CKR_USER_NOT_LOGGED_IN);
        }
    }

    // Null for what is no AES-256 key, has no label or too long a one, or is gone again.
    private unsafe string? LabelOfMasterKey(ulong key)
    {
        var label = stackalloc byte[LongestLabel];
        var length = 0UL;
        CK_ATTRIBUTE[] asked =
        [
            new() { type = (ulong)CKA.CKA_LABEL, value = (IntPtr)label, valueLen = LongestLabel },
            new() { type = (ulong)CKA.CKA_VALUE_LEN, value = (IntPtr)(&length), valueLen = sizeof(ulong) },
        ];
        var answer = Native.C_GetAttributeValue(handle, key, asked, (ulong)asked.Length);
        if (answer is CKR.CKR_BUFFER_TOO_SMALL or CKR.CKR_ATTRIBUTE_TYPE_INVALID or CKR.CKR_OBJECT_HANDLE_INVALID)
        {
            return null;
        }

        Pkcs11Module.Require(answer, nameof(Native.C_GetAttributeValue));
        return length == KeySize ? Encoding.UTF8.GetString(label, (int)asked[0].valueLen) : null;
    }
}
